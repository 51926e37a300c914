import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build, SYSTEMS } from '../../examples/latent_optimization/recipe.js';
import type { Norms } from '../../examples/latent_optimization/recipe.js';
import { latentTable, writeLatentReport } from '../../examples/latent_optimization/report.js';
import { readClassifier } from '../../examples/mnist/read_classifier.js';
import { readMnist } from '../../examples/mnist/read_mnist.js';
import { Judge } from '../../examples/mnist/scores.js';
import { train } from '../../examples/study/trial.js';
import { useBackend } from '../helpers/backends.js';
import { readReport } from '../helpers/report_page.js';

const folder = mkdtempSync(join(tmpdir(), 'gan-kit-latents-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('the example of latent optimization', () => {
  beforeAll(() => useBackend('wasm'));

  it('trains, records the norms of both players, and reports them beside the scores', async () => {
    const images = readMnist('train');
    const { pixels, digits } = readMnist('t10k');
    const judge = await Judge.create(readClassifier(), { count: 100, pixels, digits });
    let now = 0;
    const clock = () => (now += 1);
    const results = [];
    for (const system of Object.keys(SYSTEMS).slice(0, 2)) {
      const norms: Norms = { step: [], generator: [], discriminator: [] };
      const make = (seed: number) => build(system, seed, norms, 2);
      const setting = { ...{ system, seed: 5, seconds: 4, samples: 10 }, make };
      const { milestones } = await train(setting, images, judge, clock);
      expect(milestones.at(-1)!.step).toBe(4);
      expect(norms.step).toEqual([2, 4]);
      for (const norm of [...norms.generator, ...norms.discriminator])
        expect(norm).toBeGreaterThan(0);
      results.push({ system, seed: 5, milestones, norms });
    }
    expect(results[0]!.norms.discriminator).not.toEqual(results[1]!.norms.discriminator);
    const made = latentTable(results, 4);
    const late = results[1]!.norms.generator[1]!;
    expect(made.rows[1]![5]).toBe(`${late.toFixed(2)} ± 0.00`);
    const page = readReport(await writeLatentReport(folder, results, made, {}));
    const curve = page.curves['Gradient norm of the generator']!['logan']!;
    expect(curve[1]![1]).toBeCloseTo(late, 3);
  });
});
