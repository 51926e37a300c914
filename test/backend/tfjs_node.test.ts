import { readFileSync } from 'node:fs';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import {
  copyRegisteredKernels,
  getBackend,
  getKernelsForBackend,
  setBackend,
  version_core,
} from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { browserCandidates } from '../../src/backend/candidates_browser.js';
import { nodeCandidates } from '../../src/backend/candidates_node.js';
import { chooseBackend } from '../../src/backend/choose_backend.js';
import { bringBackUtil, chooseOneDNN, tfjsNode } from '../../src/backend/tfjs_node.js';
import { useBackend } from '../helpers/backends.js';
import { quietBackend, registerFake, removeFakes } from './fake_candidate.js';

const notInstalled = async (specifier: string): Promise<never> => {
  throw Object.assign(new Error(`Cannot find package '${specifier}' imported from here`), {
    code: 'ERR_MODULE_NOT_FOUND',
  });
};

const withoutAddon = async (specifier: string): Promise<never> => {
  throw new Error(
    'The Node.js native addon module (tfjs_binding.node) can not be found at path: ' +
      `/app/node_modules/${specifier}/lib/napi-v8/tfjs_binding.node. \nPlease run command`,
  );
};

beforeEach(() => useBackend('cpu'));

describe('the candidates of Node', () => {
  test('are in the order of their speed, tfjs-node-gpu with a device and without one', () => {
    expect(nodeCandidates(notInstalled).map(({ name }) => name)).toEqual([
      'tensorflow-gpu',
      'tensorflow-gpu',
      'tensorflow',
      'webgpu',
      'wasm',
      'cpu',
    ]);
  });

  test.each([
    ['Node', nodeCandidates(notInstalled)],
    ['Browser', browserCandidates(notInstalled)],
  ])('are in the order that docs/backends.md tells: %s', (platform, candidates) => {
    const guide = readFileSync('docs/backends.md', 'utf8');
    const [, table = ''] = new RegExp(`^\\| ${platform} .*\\n\\| -.*\\n((\\|.*\\n)+)`, 'm').exec(
      guide,
    )!;
    const told = [...table.matchAll(/^\| `([\w-]+)`/gm)].map(([, name]) => name);
    expect(told).toEqual([...new Set(candidates.map(({ name }) => name))]);
  });

  test('have libtensorflow before wasm or behind as docs/performance.md measured the two', () => {
    const page = readFileSync('docs/performance.md', 'utf8');
    const [section = ''] = /^## On libtensorflow\n[^]*?(?=^##)/m.exec(page)!;
    const tables = section.split(/\n\n/).filter((part) => part.startsWith('| '));
    const ratios = tables.flatMap((table) => {
      const rows = table.matchAll(/^\| gan-kit, (native, )?(\d) threads? +\| ([\d,]+) ms/gm);
      const times = new Map<string, number>();
      for (const [, native = 'wasm, ', threads, time] of rows)
        times.set(`${native}${threads}`, Number(time!.replace(',', '')));
      return ['1', '2'].flatMap((threads) => {
        const [native, wasm] = [times.get(`native, ${threads}`), times.get(`wasm, ${threads}`)];
        return native === undefined || wasm === undefined ? [] : [native / wasm];
      });
    });
    expect(ratios.length).toBeGreaterThanOrEqual(4); // two networks, with one thread and two
    const names = nodeCandidates(notInstalled).map(({ name }) => name);
    const isBefore = names.indexOf('tensorflow') < names.indexOf('wasm');
    // no figure may stand against the order
    expect(ratios.filter((ratio) => ratio < 1 !== isBefore)).toEqual([]);
  });

  test('come down to wasm where nothing is installed', async () => {
    const { name, device, skipped } = await chooseBackend(nodeCandidates(notInstalled));
    expect(name).toBe('wasm');
    expect(device).toBe('WebAssembly SIMD, 1 thread');
    expect(skipped).toEqual([
      {
        name: 'tensorflow-gpu',
        reason: 'not installed. Run: npm install @tensorflow/tfjs-node-gpu',
      },
      { name: 'tensorflow', reason: 'not installed. Run: npm install @tensorflow/tfjs-node' },
      { name: 'webgpu', reason: 'not installed. Run: npm install webgpu' },
      { name: 'cpu', reason: 'wasm comes first' },
    ]);
  });

  test('come down to wasm where tfjs-node was unpacked without its addon', async () => {
    const { name, skipped } = await chooseBackend(nodeCandidates(withoutAddon));
    expect(name).toBe('wasm');
    expect(skipped[1]!.reason).toMatch(
      /^installed without its native addon\. Run: npm install-scripts approve @tensorflow\/tfjs-node \(/,
    );
  });
});

class NodeBackend extends MathBackendCPU {
  constructor(
    readonly isGPUPackage: boolean,
    readonly isUsingGpuDevice: boolean,
  ) {
    super();
  }
}
/** Registers and becomes current at import, as the real module does. */
const fakeModule =
  (ofGPU: boolean, device: boolean, core: string = version_core) =>
  async () => {
    registerFake('tensorflow', () => quietBackend(new NodeBackend(ofGPU, device)));
    await setBackend('tensorflow');
    return { version: { 'tfjs-core': core, 'tfjs-node': core } };
  };
const endFakes = async (): Promise<void> => {
  removeFakes();
  await setBackend('cpu');
};

describe('the order with tfjs-node-gpu installed', () => {
  const NO_DEVICE = 'no CUDA device, without which it takes the place of tfjs-node';
  /** Candidates of a machine that has this package and perhaps tfjs-node, and what was imported. */
  const machine = (device: boolean, sibling = false) => {
    const asked: string[] = [];
    const candidates = nodeCandidates((specifier) => {
      asked.push(specifier);
      if (specifier === '@tensorflow/tfjs-node-gpu') return fakeModule(true, device)();
      if (sibling && specifier === '@tensorflow/tfjs-node') return fakeModule(false, false)();
      return notInstalled(specifier);
    });
    return { asked, candidates };
  };
  afterEach(endFakes);

  test('begins with it on a CUDA device', async () => {
    const { name, device, skipped } = await chooseBackend(machine(true).candidates);
    expect([name, device]).toEqual(['tensorflow-gpu', 'libtensorflow on CUDA']);
    const reason = 'tensorflow-gpu comes first';
    expect(skipped).toEqual(
      ['tensorflow', 'webgpu', 'wasm', 'cpu'].map((other) => ({ name: other, reason })),
    );
  });

  test('has it without a device where tfjs-node stands', async () => {
    const { candidates } = machine(false);
    const names = candidates.map(({ name }) => name);
    expect(names.indexOf('tensorflow')).toBe(names.lastIndexOf('tensorflow-gpu') + 1);
    const onProcessors = candidates.slice(names.lastIndexOf('tensorflow-gpu'));
    const first = await chooseBackend([candidates[0]!, ...onProcessors]);
    expect([first.name, first.device]).toEqual(['tensorflow-gpu', 'libtensorflow on the CPU']);
    expect(first.skipped.map(({ name }) => name)).not.toContain('tensorflow-gpu');
  });

  test('says why it was left where a faster one is there', async () => {
    const { candidates } = machine(false);
    const wasm = candidates.find(({ name }) => name === 'wasm')!;
    const { name, skipped } = await chooseBackend([candidates[0]!, wasm, ...candidates.slice(1)]);
    expect(name).toBe('wasm');
    expect(skipped[0]).toEqual({ name: 'tensorflow-gpu', reason: NO_DEVICE });
    expect(skipped.filter((other) => other.name === 'tensorflow-gpu')).toHaveLength(1);
  });

  test('is that of `prefer` where a program names it, with a device or not', async () => {
    const { name, device } = await chooseBackend(machine(false).candidates, {
      prefer: ['tensorflow-gpu', 'wasm'],
    });
    expect([name, device]).toEqual(['tensorflow-gpu', 'libtensorflow on the CPU']);
  });

  test('never has its sibling register the same kernels a second time', async () => {
    const { asked, candidates } = machine(false, true);
    await chooseBackend(candidates, { prefer: ['tensorflow-gpu'] });
    asked.length = 0;
    await expect(chooseBackend(candidates, { prefer: ['tensorflow'] })).rejects.toThrow(
      "- tensorflow: the registered 'tensorflow' backend is not that of @tensorflow/tfjs-node",
    );
    expect(asked).toEqual([]);
  });
});

describe('tfjs-node', () => {
  afterEach(endFakes);

  test.each([
    ['tensorflow', false, false, 'libtensorflow on the CPU'],
    ['tensorflow-gpu', true, true, 'libtensorflow on CUDA'],
    ['tensorflow-gpu', true, false, 'libtensorflow on the CPU'],
  ] as const)('is accepted as %s', async (name, ofGPU, onDevice, device) => {
    const result = await chooseBackend([tfjsNode(name, fakeModule(ofGPU, onDevice))]);
    expect(result).toEqual({ name, device, skipped: [] });
    expect(getBackend()).toBe('tensorflow');
  });

  test('is skipped when it brings another tfjs-core, and the backend is set back', async () => {
    const before = getBackend();
    await expect(
      chooseBackend([tfjsNode('tensorflow', fakeModule(false, false, '4.21.0'))], {
        prefer: ['tensorflow'],
      }),
    ).rejects.toThrow(
      `- tensorflow: made for tfjs-core 4.21.0, and this program runs tfjs-core ${version_core}. ` +
        `Run: npm install @tensorflow/tfjs-node@${version_core}`,
    );
    expect(getBackend()).toBe(before);
  });

  test('takes back the kernels that it registered before it threw', async () => {
    const importModule = async (specifier: string): Promise<never> => {
      copyRegisteredKernels('cpu', 'tensorflow');
      return withoutAddon(specifier);
    };
    await expect(
      chooseBackend([tfjsNode('tensorflow-gpu', importModule)], { prefer: ['tensorflow-gpu'] }),
    ).rejects.toThrow('- tensorflow-gpu: installed without its native addon.');
    expect(getKernelsForBackend('tensorflow')).toEqual([]);
  });

  test('does not pass for its sibling', async () => {
    const importModule = fakeModule(false, false);
    await expect(
      chooseBackend([tfjsNode('tensorflow-gpu', importModule)], { prefer: ['tensorflow-gpu'] }),
    ).rejects.toThrow(
      "the registered 'tensorflow' backend is not that of @tensorflow/tfjs-node-gpu",
    );
  });
});

test('bringBackUtil defines what Node 23 dropped, and nothing that is there', () => {
  const isArray = (): boolean => false;
  const util: Record<string, unknown> = { isArray };
  bringBackUtil(util);
  expect(util.isArray).toBe(isArray);
  const isNullOrUndefined = util.isNullOrUndefined as (value: unknown) => boolean;
  expect([null, undefined, 0, ''].map(isNullOrUndefined)).toEqual([true, true, false, false]);
  const bare: Record<string, unknown> = {};
  bringBackUtil(bare);
  expect((bare.isArray as (value: unknown) => boolean)([])).toBe(true);
});

test('oneDNN is chosen unless the environment has chosen', () => {
  const [none, other] = [{}, { TF_ENABLE_ONEDNN_OPTS: '0' }];
  chooseOneDNN(none);
  chooseOneDNN(other);
  expect([none, other]).toEqual([{ TF_ENABLE_ONEDNN_OPTS: '1' }, { TF_ENABLE_ONEDNN_OPTS: '0' }]);
});
