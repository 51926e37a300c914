import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { fill } from '../../bench/hash.js';
import { inceptionScore } from '../../src/metrics/classifier/inception_score.js';
import { FeatureStatistics } from '../../src/metrics/gaussian/feature_statistics.js';
import { frechetDistance } from '../../src/metrics/gaussian/frechet_distance.js';
import { kernelDistance } from '../../src/metrics/kernel/kernel_distance.js';
import { densityCoverage } from '../../src/metrics/neighbors/density_coverage.js';
import { precisionRecall } from '../../src/metrics/neighbors/precision_recall.js';
import { useBackend } from '../helpers/backends.js';

/** Where tools/parity/large_features.py wrote; without it there is nothing to compare. */
const folder = process.env['GAN_KIT_LARGE_FEATURES'];

interface Kernel {
  readonly fake: number[][];
  readonly real: number[][];
  readonly mean: number;
  readonly std: number;
}
interface Frechet {
  readonly traces: number;
  readonly torchFidelity: number;
  readonly sqrtm?: number;
  readonly nuclearNorm?: number;
}
interface Reference {
  readonly meta: { readonly seed: number };
  readonly full: Frechet;
  readonly singular: Frechet;
  readonly inceptionScore: { permutation: number[]; mean: number; std: number };
  readonly polynomial: Kernel;
  readonly rbf: Kernel;
  readonly precisionRecall: { precision: number; recall: number };
  readonly prdc: { density: number; coverage: number; precision: number; recall: number };
}

const SIZE = 2048;

/** As the script makes them. */
function features(n: number, seed: number, shift: number) {
  const data = fill(n * SIZE, seed, 1);
  for (let i = 0; i < data.length; i++) data[i] = (data[i]! + shift) * (1 / (1 + (i % SIZE) / 64));
  return { data, shape: [n, SIZE] as const };
}
const first = ({ data, shape }: ReturnType<typeof features>, n: number) => ({
  data: data.subarray(0, n * SIZE),
  shape: [n, shape[1]] as const,
});

describe.skipIf(folder === undefined)('metrics of 2,048 features', () => {
  let reference: Reference;
  let a: ReturnType<typeof features>;
  let b: ReturnType<typeof features>;
  beforeAll(async () => {
    await useBackend('wasm');
    const text = readFileSync(join(folder!, 'large_features.json'), 'utf8');
    reference = JSON.parse(text) as Reference;
    const { seed } = reference.meta;
    [a, b] = [features(2600, seed, 0), features(2500, seed + 1, 0.05)];
  });

  async function frechet(fewer?: [number, number]): Promise<number> {
    const statistics = [new FeatureStatistics(), new FeatureStatistics()] as const;
    await statistics[0].update(fewer === undefined ? a : first(a, fewer[0]));
    await statistics[1].update(fewer === undefined ? b : first(b, fewer[1]));
    return frechetDistance(...statistics);
  }

  it('Fréchet distance of full rank', async () => {
    const { traces, torchFidelity, sqrtm } = reference.full;
    const distance = await frechet();
    const off = [torchFidelity, sqrtm!].map((other) => Math.abs(distance - other) / traces);
    console.log('full rank', distance, off);
    for (const one of off) expect(one).toBeLessThan(1e-9);
  }, 300_000);

  it('Fréchet distance of fewer samples than features', async () => {
    const { traces, torchFidelity, nuclearNorm } = reference.singular;
    const distance = await frechet([600, 500]);
    const off = [nuclearNorm!, torchFidelity].map((other) => Math.abs(distance - other) / traces);
    console.log('singular', distance, off);
    expect(off[0]).toBeLessThan(1e-9);
    expect(off[1]).toBeLessThan(1e-6);
  }, 300_000);

  it('inception score of 5,000 × 1,008', async () => {
    const { permutation, mean, std } = reference.inceptionScore;
    const data = fill(5000 * 1008, reference.meta.seed + 2, 1).map((x) => 6 * x);
    const options = { permutation: Int32Array.from(permutation) };
    const found = await inceptionScore({ data, shape: [5000, 1008] }, options);
    console.log('inception score', found, { mean, std });
    expect(found.mean).toBeAllclose(mean, { rtol: 1e-9 });
    expect(found.std).toBeAllclose(std, { rtol: 1e-9 });
  }, 300_000);

  it.each(['polynomial', 'rbf'] as const)(
    'kernel distance, %s',
    async (kernel) => {
      const { fake, real, mean, std } = reference[kernel];
      const rows = (subsets: number[][]) => subsets.map((subset) => Int32Array.from(subset));
      const indices = { real: rows(real), fake: rows(fake) };
      const began = performance.now();
      const found = await kernelDistance({ real: b, fake: a }, { kernel, indices });
      console.log(kernel, found, { mean, std }, `${(performance.now() - began) | 0} ms`);
      expect(found.mean).toBeAllclose(mean, { rtol: 1e-9, atol: 1e-12 });
      expect(found.std).toBeAllclose(std, { rtol: 1e-9, atol: 1e-12 });
    },
    300_000,
  );

  it('precision, recall, density and coverage', async () => {
    const pair = { fake: first(a, 1500), real: first(b, 1500) };
    const began = performance.now();
    const found = await precisionRecall(pair, { neighbors: 3 });
    console.log('k = 3', found, `${(performance.now() - began) | 0} ms`);
    const { precision, recall } = reference.precisionRecall;
    expect(found.precision).toBeAllclose(precision, { rtol: 1e-7 }); // a float32 mean there
    expect(found.recall).toBeAllclose(recall, { rtol: 1e-7 });
    const strict = await precisionRecall(pair, { neighbors: 5, inside: '<' });
    expect(strict.precision).toBeAllclose(reference.prdc.precision, { rtol: 1e-9 });
    expect(strict.recall).toBeAllclose(reference.prdc.recall, { rtol: 1e-9 });
    const { density, coverage } = await densityCoverage(pair);
    expect(density).toBeAllclose(reference.prdc.density, { rtol: 1e-9 });
    expect(coverage).toBeAllclose(reference.prdc.coverage, { rtol: 1e-9 });
  }, 300_000);
});
