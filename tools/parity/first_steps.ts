/**
 * Compares the losses of the first ten steps of two examples on another backend with those on wasm:
 *
 *     node --import tsx tools/parity/first_steps.ts [BACKEND]        default tensorflow
 *
 * "of its own" continues from its own weights, so that the rounding of each step affects the next; "of wasm's
 * state" makes each step from the checkpoint of the run on wasm at that step.
 */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadBackend } from 'gan-kit';
import type { BackendName } from 'gan-kit';
import { readMnist } from '../../examples/mnist/read_mnist.js';
import { readOptions as mnistOptions } from '../../examples/mnist/options.js';
import { Run as MnistRun } from '../../examples/mnist/run.js';
import { Scenes } from '../../examples/street_scenes/data.js';
import { readOptions as scenesOptions } from '../../examples/street_scenes/options.js';
import { Run as ScenesRun } from '../../examples/street_scenes/run.js';
import type { StepLosses } from '../../examples/training_run.js';

const STEPS = 10;
const NEVER = { losses: 1e9, grid: 1e9, score: 1e9, checkpoint: 1e9 };
const other = (process.argv[2] ?? 'tensorflow') as BackendName;
const folder = mkdtempSync(join(tmpdir(), 'first-steps-'));
const unscored = undefined as never; // nothing is due in ten steps

const PROGRAMS = {
  'demo --steps 200': () =>
    new MnistRun(
      mnistOptions(['--steps', '200', '--out', folder]),
      readMnist('train'),
      unscored,
      NEVER,
    ),
  'street-scenes --steps 50': () => {
    const options = scenesOptions(['--steps', '50', '--out', folder]);
    const scenes = new Scenes('train', options.scenes, options.size);
    return new ScenesRun(options, scenes, unscored, unscored, NEVER);
  },
};

type Run = MnistRun | ScenesRun;
const saved = (step: number) => join(folder, `${step}.safetensors`);

/** Returns the losses of ten steps; calls `before` before each of them. */
async function losses(run: Run, before: (step: number) => Promise<void>): Promise<StepLosses[]> {
  const all: StepLosses[] = [];
  for (let step = 0; step < STEPS; step++) {
    await before(step);
    all.push(await run.advance());
  }
  return all;
}

/** Formats the largest difference of each step, relative if a loss is above 1. */
const differences = (ours: readonly StepLosses[], theirs: readonly StepLosses[]): string =>
  ours
    .map((one, step) =>
      Math.max(
        ...Object.entries(one).map(
          ([name, loss]) => Math.abs(loss - theirs[step]![name]!) / Math.max(1, Math.abs(loss)),
        ),
      ).toExponential(0),
    )
    .join('  ');

for (const [name, make] of Object.entries(PROGRAMS)) {
  await loadBackend({ prefer: ['wasm'] });
  const onWasm = make();
  const reference = await losses(onWasm, async (step) => {
    await onWasm.save();
    copyFileSync(onWasm.checkpointPath, saved(step));
  });
  await loadBackend({ prefer: [other] });
  const replayed = make();
  const stepwise = await losses(replayed, async (step) => {
    copyFileSync(saved(step), replayed.checkpointPath);
    await replayed.resume();
  });
  const alone = await losses(make(), async () => undefined);
  console.log(`${name}, ${other} against wasm, steps 1 to ${STEPS}`);
  console.log(`  of wasm's state  ${differences(reference, stepwise)}`);
  console.log(`  of its own       ${differences(reference, alone)}`);
}
rmSync(folder, { recursive: true });
process.exit(0);
