import { copyFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { BROWSERS } from './browsers.js';
import { run } from './installation.js';
import { PAGE_BUNDLES } from './page_bundles.js';
import { servePages } from './page_server.js';
import type { PageServer } from './page_server.js';

const folder = inject('installed');
const bundles = join(folder, 'pages');
const PROGRAMS = [
  ...['page.js', 'page_worker.js', 'page_training.js'],
  ...['three_steps.js', 'multiply_add.js'],
];

const builds = new Map<string, Promise<unknown>>(); // at once: most of them use one processor
let server: PageServer;
interface InNode {
  readonly losses: unknown;
  readonly sums: 'fused' | 'plain';
}
let inNode: { readonly fused: InNode; readonly plain: InNode }; // the same steps, with and without relaxed SIMD
beforeAll(async () => {
  for (const program of PROGRAMS)
    copyFileSync(resolve('test/package/programs', program), join(folder, program));
  for (const [name, build] of Object.entries(PAGE_BUNDLES)) {
    builds.set(name, build(folder, 'page.js', join(bundles, name)));
    builds.get(name)!.catch(() => undefined); // the test of it says so
  }
  const lossesInNode = (prepare: string): InNode => {
    const program =
      "import { multiplyAdd, refuseRelaxedSimd } from './multiply_add.js';" +
      "import { threeSteps } from './three_steps.js';" +
      `${prepare}const { losses } = await threeSteps({ prefer: ['wasm'] });` +
      'console.log(JSON.stringify({ losses, sums: multiplyAdd() }));';
    return JSON.parse(run(folder, 'node', '--input-type=module', '--eval', program)) as InNode;
  };
  inNode = { fused: lossesInNode(''), plain: lossesInNode('refuseRelaxedSimd();') };
  const binaries = join(folder, 'node_modules/@tensorflow/tfjs-backend-wasm/dist');
  server = await servePages(bundles, binaries);
});
afterAll(() => server.stop());

it('has other bits without relaxed SIMD, on a processor that fuses', () => {
  const { fused, plain } = inNode;
  expect(plain.sums).toBe('plain');
  expect(isDeepStrictEqual(plain.losses, fused.losses)).toBe(fused.sums === 'plain');
});

describe.each(Object.keys(PAGE_BUNDLES))('a program for pages, minified by %s', (name) => {
  it('is built', () => builds.get(name));

  describe.each(BROWSERS)('in $name', ({ open }) => {
    let close: () => Promise<void>;
    beforeAll(() => {
      close = open(server.address);
    });
    afterAll(() => close());

    it.each([
      ['plain', 'by itself', ''],
      ['plain', 'in a worker', '?worker'],
      ['isolated', 'by itself', ''],
      ['isolated', 'in a worker', '?worker'],
      ['isolated', 'on a backend that it registered', '?registered'],
    ])('on a page that is %s trains %s, with the bits of Node', async (kind, _, how) => {
      const isolated = kind === 'isolated';
      const { seconds, skipped, sums, ...result } = await server.visit(`/${kind}/${name}/${how}`);
      expect(result).toEqual({
        isolated,
        name: 'wasm',
        device: `WebAssembly SIMD, ${isolated ? '2 threads' : '1 thread'}`,
        workers: isolated ? 1 : 0, // none of tfjs's
        begun: isolated ? 1 : 0, // though the steps leave the event loop no turn
        losses: inNode[sums!].losses,
      });
      expect(seconds).toBeLessThan(20);
      expect(skipped![1]!.name).toBe('webgl');
      expect(skipped![1]!.reason).toMatch(/^(only a software renderer|no WebGL)/);
    });
  });
});
