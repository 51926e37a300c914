import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import {
  Conv2DBackpropFilter,
  engine,
  getBackend,
  memory,
  ready,
  registerBackend,
  registerKernel,
  removeBackend,
  setBackend,
  tensor,
  unregisterKernel,
  version_core,
} from '@tensorflow/tfjs-core';
import type { KernelBackend } from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Candidate } from '../../src/backend/candidate.js';
import { chooseBackend } from '../../src/backend/choose_backend.js';
import { isGanKitError } from '../../src/errors.js';
import { fakeCandidate, quietBackend, registerFake, removeFakes } from './fake_candidate.js';

const refuses = (reason: string): Pick<Candidate, 'load'> => ({
  load: () => Promise.reject(new Error(reason)),
});

/** A candidate whose filter gradient is wrong. */
function brokenCandidate(name: Candidate['name']): Candidate {
  const candidate = fakeCandidate(name);
  return {
    ...candidate,
    async load(settings) {
      const loaded = await candidate.load(settings);
      unregisterKernel(Conv2DBackpropFilter, candidate.backend);
      registerKernel({
        kernelName: Conv2DBackpropFilter,
        backendName: candidate.backend,
        kernelFunc: ({ attrs, backend }) => {
          const { filterShape } = attrs as unknown as { filterShape: number[] };
          const size = filterShape.reduce((a, b) => a * b);
          const { write } = backend as { write: (...values: unknown[]) => object };
          const dataId = write.call(backend, new Float32Array(size), filterShape, 'float32');
          return { dataId, shape: filterShape, dtype: 'float32' };
        },
      });
      return loaded;
    },
  };
}

describe('chooseBackend', () => {
  let warn: ReturnType<typeof vi.spyOn>;
  beforeEach(async () => {
    await setBackend('cpu');
    warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  });
  afterEach(async () => {
    await setBackend('cpu');
    removeFakes();
    vi.restoreAllMocks();
  });

  test('takes the first candidate that works and says why each other was not taken', async () => {
    const second = fakeCandidate('wasm');
    const tensors = memory().numTensors;
    const result = await chooseBackend([
      fakeCandidate('webgpu', refuses('no adapter')),
      second,
      fakeCandidate('cpu'),
    ]);
    expect(result).toEqual({
      name: 'wasm',
      device: 'device of wasm',
      skipped: [
        { name: 'webgpu', reason: 'no adapter' },
        { name: 'cpu', reason: 'wasm comes first' },
      ],
    });
    expect(getBackend()).toBe(second.backend);
    expect(memory().numTensors).toBe(tensors);
  });

  test.each<[string, () => Candidate, string]>([
    ['throws while loading', () => fakeCandidate('webgl', refuses('boom')), 'boom'],
    [
      'registers nothing',
      () => fakeCandidate('webgl', { load: async () => ({}) }),
      'its module did not register the backend',
    ],
    [
      'does not start',
      () =>
        fakeCandidate('webgl', {
          advice: 'Try again.',
          start: () => {
            throw new Error('no context\n  at somewhere');
          },
        }),
      'did not start (no context). Try again.',
    ],
    [
      'starts with a plain object as its error, as tfjs-backend-wasm does',
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
      () => fakeCandidate('webgl', { start: () => Promise.reject({ message: 'no file' }) }),
      'did not start (no file).',
    ],
    [
      'refuses to be prepared',
      () =>
        fakeCandidate('webgl', {
          prepare: () => {
            throw new Error('the sibling');
          },
        }),
      'the sibling',
    ],
    [
      'computes wrongly',
      () => brokenCandidate('webgl'),
      'failed the self-test: the gradient of the filter has 0 instead of',
    ],
  ])('skips a candidate that %s', async (_, make, reason) => {
    const { name, skipped } = await chooseBackend([make(), fakeCandidate('wasm')]);
    expect(name).toBe('wasm');
    expect(skipped[0]!.name).toBe('webgl');
    expect(skipped[0]!.reason).toContain(reason);
    expect(skipped[0]!.reason).not.toContain('\n');
    expect(warn).not.toHaveBeenCalled();
  });

  test('starts a candidate anew that did not pass at its first attempt', async () => {
    const ends = vi.fn();
    let starts = 0;
    const candidate = fakeCandidate('wasm', {
      start: () => {
        const instance = quietBackend();
        instance.dispose = ends;
        // like a backend on which nothing can be computed
        if (starts++ === 0) instance.read = () => Promise.reject(new Error('out of order'));
        return instance;
      },
    });
    const other = fakeCandidate('cpu');
    const first = await chooseBackend([candidate, other]);
    expect(first.skipped[0]!.reason).toBe('failed the self-test: out of order');
    expect(ends).toHaveBeenCalledTimes(1);
    const second = await chooseBackend([candidate, other], { prefer: ['wasm'], threads: 1 });
    expect(second.name).toBe('wasm');
    expect(starts).toBe(2);
    expect(getBackend()).toBe(candidate.backend);
  });

  const never = () => new Promise<never>(() => undefined);
  test.each<[string, Partial<Candidate> & { start?: typeof never }, string]>([
    ['load', { load: never }, 'did not load within 0.05 s'],
    [
      'start',
      { start: never, advice: 'Try again.' },
      'did not start (did not answer within 0.05 s). Try again.',
    ],
  ])('skips a candidate that does not %s, in time', async (_, silent, reason) => {
    const candidates = [fakeCandidate('webgpu', silent), fakeCandidate('wasm')];
    const { name, skipped } = await chooseBackend(candidates, { timeout: 50 });
    expect(name).toBe('wasm');
    expect(skipped[0]).toEqual({ name: 'webgpu', reason });
  });

  test('skips a candidate that does not answer its self-test, in time', async () => {
    class Silent extends MathBackendCPU {
      override read = never;
    }
    const silent = fakeCandidate('webgpu', { start: () => quietBackend(new Silent()) });
    const { name, skipped } = await chooseBackend([silent, fakeCandidate('wasm')], { timeout: 50 });
    expect(name).toBe('wasm');
    expect(skipped[0]!.reason).toBe('failed the self-test: did not finish within 0.05 s');
  });

  test('lets go of what loads or starts too late', async () => {
    const finish = vi.fn();
    const late = quietBackend();
    const dispose = vi.spyOn(late, 'dispose');
    const answers: (() => void)[] = [];
    const slow = <T>(value: T) => new Promise<T>((resolve) => answers.push(() => resolve(value)));
    const starting = fakeCandidate('webgl', { start: () => slow(late) });
    const candidates = [
      fakeCandidate('webgpu', { load: () => slow({ finish }) }),
      starting,
      fakeCandidate('wasm'),
    ];
    const { name } = await chooseBackend(candidates, { timeout: 50 });
    const chosen = getBackend();
    expect(name).toBe('wasm');
    for (const answer of answers) answer();
    await new Promise(setImmediate);
    expect(finish.mock.calls).toEqual([[false]]);
    expect(dispose).toHaveBeenCalledTimes(1);
    expect(engine().registry[starting.backend]).toBeUndefined();
    expect(getBackend()).toBe(chosen);
  });

  test.each<[string, () => unknown]>([
    ['setBackend', () => setBackend('silent')],
    ['ready', () => ready()],
    ['an op', () => expect(() => tensor([1])).toThrow('has not yet been initialized')],
  ])('does not wait for ever for a backend that the program starts by %s', async (_, begin) => {
    registerFake('removed');
    await setBackend('removed');
    removeFakes(); // no backend is current
    registerBackend('silent', never, 99);
    void begin();
    const { name } = await chooseBackend([fakeCandidate('wasm')], { timeout: 50 });
    removeBackend('silent');
    expect(name).toBe('wasm');
  });

  test('skips a candidate for which setBackend returns false', async () => {
    vi.spyOn(engine(), 'setBackend').mockResolvedValueOnce(false);
    const refused = fakeCandidate('webgpu');
    const { skipped } = await chooseBackend([refused, fakeCandidate('wasm')]);
    expect(skipped[0]!.reason).toBe(`setBackend('${refused.backend}') returned false`);
  });

  test('skips a module made for another tfjs-core, on the second call too', async () => {
    const stranger = fakeCandidate('webgl');
    const candidates: Candidate[] = [
      {
        ...stranger,
        load: async (settings) => ({ ...(await stranger.load(settings)), coreVersion: '4.99.0' }),
      },
      fakeCandidate('wasm'),
    ];
    for (let call = 0; call < 2; call++) {
      const { name, skipped } = await chooseBackend(candidates);
      expect(name).toBe('wasm');
      expect(skipped[0]!.reason).toBe(
        `made for tfjs-core 4.99.0, and this program runs tfjs-core ${version_core}. ` +
          `Run: npm install package-of-webgl@${version_core}`,
      );
    }
  });

  test('accepts a module made for this tfjs-core', async () => {
    const candidate = fakeCandidate('webgl');
    const same: Candidate = {
      ...candidate,
      load: async (settings) => ({
        ...(await candidate.load(settings)),
        coreVersion: version_core,
      }),
    };
    expect((await chooseBackend([same, fakeCandidate('wasm')])).name).toBe('webgl');
  });

  test('tells each loaded candidate whether it was accepted', async () => {
    const fates: [string, boolean][] = [];
    const watched = (candidate: Candidate): Candidate => ({
      ...candidate,
      load: async (settings) => ({
        ...(await candidate.load(settings)),
        finish: (accepted) => fates.push([candidate.name, accepted]),
      }),
    });
    await chooseBackend([watched(brokenCandidate('webgpu')), watched(fakeCandidate('wasm'))]);
    expect(fates).toEqual([
      ['webgpu', false],
      ['wasm', true],
    ]);
  });

  test('goes by the order of prefer, and tries nothing else', async () => {
    const { name, skipped } = await chooseBackend(
      [
        fakeCandidate('webgpu', refuses('never tried')),
        fakeCandidate('wasm'),
        fakeCandidate('cpu'),
      ],
      { prefer: ['webgl', 'cpu', 'wasm'] },
    );
    expect(name).toBe('cpu');
    expect(skipped).toEqual([
      { name: 'webgl', reason: 'does not exist on this platform' },
      { name: 'webgpu', reason: 'not in `prefer`' },
      { name: 'wasm', reason: 'cpu comes first' },
    ]);
  });

  test('tries a candidate that stands twice in both places, and says the last reason once', async () => {
    const picky = fakeCandidate('webgpu', refuses('no adapter'));
    const last = fakeCandidate('webgpu');
    const { name, skipped } = await chooseBackend([
      picky,
      fakeCandidate('webgl', refuses('no')),
      last,
    ]);
    expect(name).toBe('webgpu');
    expect(skipped).toEqual([{ name: 'webgl', reason: 'no' }]);
    await expect(
      chooseBackend([picky, fakeCandidate('webgpu', refuses('nor here'))]),
    ).rejects.toThrow(/^loadBackend: no backend works here\.\n- webgpu: nor here$/);
  });

  test('throws all reasons when prefer cannot be met, and leaves the backend as it was', async () => {
    const error: unknown = await chooseBackend(
      [fakeCandidate('webgpu', refuses('no adapter')), brokenCandidate('webgl')],
      { prefer: ['webgpu', 'webgl'] },
    ).catch((thrown: unknown) => thrown);
    expect(isGanKitError(error) && error.code).toBe('backend');
    expect((error as Error).message).toMatch(
      new RegExp(
        '^loadBackend: `prefer` must be an array with a backend that works on this machine\\. ' +
          'Received: \\["webgpu", "webgl"\\]\\.\n- webgpu: no adapter\n- webgl: failed the self-test',
      ),
    );
    expect(getBackend()).toBe('cpu');
  });

  test('throws all reasons when nothing works', async () => {
    await expect(
      chooseBackend([
        fakeCandidate('wasm', refuses('no wasm')),
        fakeCandidate('cpu', refuses('no cpu')),
      ]),
    ).rejects.toMatchObject({
      code: 'backend',
      message: 'loadBackend: no backend works here.\n- wasm: no wasm\n- cpu: no cpu',
    });
  });

  describe('with tensors alive', () => {
    test('keeps the backend that holds them', async () => {
      const slow = fakeCandidate('cpu');
      const candidates = [fakeCandidate('wasm'), slow];
      await chooseBackend(candidates, { prefer: ['cpu'] });
      registerFake(slow.backend);
      const held = tensor([1, 2]);
      const { name, skipped } = await chooseBackend(candidates);
      expect(name).toBe('cpu');
      // the result of the call that chose it
      expect(skipped).toEqual([{ name: 'wasm', reason: 'not in `prefer`' }]);
      held.dispose();
      expect((await chooseBackend(candidates)).name).toBe('wasm');
    });

    test('keeps a backend that the program itself chose, and says so', async () => {
      const mine = fakeCandidate('cpu');
      registerFake(mine.backend);
      await setBackend(mine.backend);
      const held = tensor([1, 2]);
      const result = await chooseBackend([fakeCandidate('wasm'), mine]);
      expect(result).toEqual({
        name: 'cpu',
        device: 'device of cpu',
        skipped: [{ name: 'wasm', reason: 'cpu already holds tensors; pass prefer to change' }],
      });
      held.dispose();
    });

    test('keeps a backend that it does not know', async () => {
      registerFake('somebodys');
      await setBackend('somebodys');
      const held = tensor([1, 2]);
      const { name, device } = await chooseBackend([fakeCandidate('wasm')]);
      expect([name, device]).toEqual(['somebodys', 'a backend of the program']);
      held.dispose();
    });

    test('does not keep a backend that computes wrongly', async () => {
      const broken = brokenCandidate('webgl');
      await broken.load({});
      await setBackend(broken.backend);
      const held = tensor([1, 2]);
      const { name, skipped } = await chooseBackend([broken, fakeCandidate('wasm')]);
      expect(name).toBe('wasm');
      expect(skipped[0]!.reason).toContain('failed the self-test');
      held.dispose();
    });

    test('changes when prefer says so, and the tensors move', async () => {
      const candidates = [fakeCandidate('wasm'), fakeCandidate('cpu')];
      await chooseBackend(candidates, { prefer: ['cpu'] });
      const held = tensor([1, 2]);
      expect((await chooseBackend(candidates, { prefer: ['wasm'] })).name).toBe('wasm');
      expect(Array.from(await held.data())).toEqual([1, 2]);
      held.dispose();
    });
  });

  test('waits for a backend that is on its way, and starts no second one', async () => {
    const start = vi.fn(async (): Promise<KernelBackend> => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return quietBackend();
    });
    const slow = fakeCandidate('wasm', { start });
    registerFake(slow.backend, start);
    const pending = setBackend(slow.backend);
    expect((await chooseBackend([slow])).name).toBe('wasm');
    expect(await pending).toBe(true);
    expect(start).toHaveBeenCalledTimes(1);
  });
});
