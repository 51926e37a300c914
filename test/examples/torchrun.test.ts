import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodePth } from '../../src/io/pytorch/encode_pth.js';
import { exportTraining } from '../../src/io/training/export_training.js';
import { importTraining } from '../../src/io/training/import_training.js';
import type { TrainingSystem } from '../../src/types.js';
import { useBackend } from '../helpers/backends.js';
import {
  BEFORE,
  CASES,
  STEPS,
  dataOf,
  makeOtherSteps,
  makeStep,
} from '../helpers/torchrun_cases.js';
import type { Case } from '../helpers/torchrun_cases.js';

const PYTHON = process.env['PYTHON'] ?? 'python3';
const hasTorch = spawnSync(PYTHON, ['-c', 'import torch.distributed']).status === 0;
if (!hasTorch)
  console.log(`skipped: ${PYTHON} cannot import torch; set PYTHON to a Python that can.`);

/** What is promised is 1e-4 of both; moments that did not travel would move weights by little more. */
const TOLERANCES = { losses: 1e-4, weights: 1e-5, lossesBack: 1e-4, weightsBack: 1e-5 };
type Losses = Record<string, number>;
type System = TrainingSystem<object, object>;

/** Returns the largest difference of numbers by name. */
function difference(a: Losses, b: Losses): number {
  expect(Object.keys(a).sort()).toEqual(Object.keys(b).sort());
  return Math.max(...Object.keys(a).map((name) => Math.abs(a[name]! - b[name]!)));
}

/**
 * Returns the largest difference of the weights and averages of two systems. A bias before an instance normalization
 * has no influence: Adam moves it by the sign of rounding errors.
 */
async function weightDifference(a: System, b: System): Promise<number> {
  const [ours, others] = await Promise.all([a.state(), b.state()]);
  const unused = new Set(
    Object.entries(a.networks).flatMap(([name, { layers }]) =>
      layers
        .filter((layer) => layer.getClassName() === 'GanKitInstanceNormalization')
        .map((layer) => `${name}/weights/${layer.name.replace(/_norm$/, '')}/bias`),
    ),
  );
  let largest = 0;
  for (const [key, { data }] of Object.entries(ours.arrays)) {
    if (!/^(\w+\/weights|ema)\//.test(key) || unused.has(key)) continue;
    data.forEach((value, i) => {
      largest = Math.max(largest, Math.abs(value - others.arrays[key]!.data[i]!));
    });
  }
  return largest;
}

describe.skipIf(!hasTorch)('ten steps in PyTorch, and back', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gan-kit-torchrun-'));
  const at = (name: string) => join(folder, name);
  beforeAll(() => useBackend('wasm'));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Continues in PyTorch, and returns the losses of each step. */
  async function continued(one: Case, processes: number): Promise<Losses[]> {
    const { stdout } = await promisify(execFile)(PYTHON, [
      ...['-m', 'torch.distributed.run', '--standalone', '--nproc-per-node', `${processes}`],
      ...['examples/torchrun/continue.py', at('run.pth'), at('data.pth'), '--out', at('back.pth')],
      ...['--steps', `${STEPS}`, '--batch', `${one.batch}`, '--in-order'],
    ]);
    const lines = stdout.trim().split('\n');
    return lines.map((line, i) => {
      const { step, ...losses } = JSON.parse(line) as Losses;
      expect(step).toBe(BEFORE + i + 1);
      return losses;
    });
  }

  it.each(
    CASES.flatMap((one) => (one.splits ? [1, 2] : [1]).map((processes) => ({ one, processes }))),
  )(
    '$one.name, on $processes',
    async ({ one, processes }) => {
      const run = one.make(1);
      for (let step = 0; step < BEFORE; step++) await makeStep(one, run, step);
      const extra = one.decay === undefined ? {} : { linearDecay: one.decay };
      const { architectures } = one;
      writeFileSync(at('run.pth'), await exportTraining({ system: run, architectures, extra }));
      writeFileSync(at('data.pth'), encodePth(dataOf(one, BEFORE, STEPS)));
      const torch = await continued(one, processes);

      const worst = { losses: 0, weights: 0, lossesBack: 0, weightsBack: 0 };
      for (const [i, losses] of torch.entries())
        worst.losses = Math.max(
          worst.losses,
          difference(losses, await makeStep(one, run, BEFORE + i)),
        );
      // another run that has drawn as much; all else is of the file
      const other = one.make(2);
      const then = BEFORE + STEPS;
      await makeOtherSteps(one, other, then);
      const far = await weightDifference(run, other);
      expect(far).toBeGreaterThan(0.1);
      const bytes = readFileSync(at('back.pth'));
      expect(await importTraining({ system: other, bytes })).toEqual({ steps: then, extra });
      worst.weights = await weightDifference(run, other);
      for (let step = then; step < then + STEPS; step++)
        worst.lossesBack = Math.max(
          worst.lossesBack,
          difference(await makeStep(one, run, step), await makeStep(one, other, step)),
        );
      worst.weightsBack = await weightDifference(run, other);
      console.log(`${one.name}, ${processes}:`, worst);
      for (const name of ['losses', 'weights', 'lossesBack', 'weightsBack'] as const)
        expect(worst[name], name).toBeLessThanOrEqual(TOLERANCES[name]);
      expect(worst.weights).toBeGreaterThan(0); // PyTorch rounds otherwise
    },
    120_000,
  );
});
