// A process to be killed: trains a small system from its last checkpoint on to a step, saving often.
//   train_until_killed.ts BACKEND CHECKPOINT STEPS CycleGAN|ProgressiveGAN
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { existsSync } from 'node:fs';
import { dispose } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { loadBackend } from '../../src/backend/load_backend.js';
import { progressiveDiscriminator } from '../../src/models/progressive_discriminator.js';
import { progressiveGenerator } from '../../src/models/progressive_generator.js';
import { loadCheckpoint, saveCheckpoint } from '../../src/node/files/checkpoint_file.js';
import { createCycleGAN } from '../../src/training/systems/cycle_gan.js';
import { createProgressiveGAN } from '../../src/training/systems/progressive_gan.js';
import type { TrainingSystem } from '../../src/types.js';
import { critic, images, translator } from './translation_systems.js';
import type { Shape } from './translation_systems.js';

/** A system, and what it is trained on at a step. */
interface Run<Batch extends Record<string, Tensor> = Record<string, Tensor>> {
  readonly system: TrainingSystem<Batch, object>;
  readonly batch: (step: number) => Batch;
}

const A: Shape = [4, 4, 1];
const B: Shape = [4, 4, 2];

function cycleGAN(): Run {
  const system = createCycleGAN({
    generators: { ab: translator(A, 2, 1, 0.3), ba: translator(B, 1, 2) },
    discriminators: { a: critic(A, 3, true), b: critic(B, 4) },
    poolSize: 5,
  });
  return {
    system: system as never,
    batch: (step) => ({ a: images(10, step, A, 1), b: images(11, step, B, 1) }),
  };
}

/** Fades in from step 11 to step 111. */
function progressiveGAN(): Run {
  const size = { imageShape: [8, 8, 1], baseChannels: 8, maxChannels: 3 } as const;
  const system = createProgressiveGAN({
    generator: progressiveGenerator({ ...size, seed: 1 }),
    discriminator: progressiveDiscriminator({ ...size, seed: 2 }),
    ...{ stableImages: 43, fadeImages: 400 },
  });
  return {
    system: system,
    batch: (step) => ({ real: images(10, step, [8, 8, 1], 4) }),
  };
}

const [backend, file, steps, kind] = process.argv.slice(2) as [string, string, string, string];
await loadBackend({
  prefer: [backend as 'cpu' | 'wasm' | 'tensorflow'],
  ...(backend === 'wasm' && { threads: 1 }),
});
const { system, batch } = kind === 'CycleGAN' ? cycleGAN() : progressiveGAN();
if (existsSync(file)) await loadCheckpoint(system, file);
for (let step = system.stepCount; step < Number(steps); step++) {
  const given = batch(step);
  await system.trainStep(given, { read: false });
  dispose(given);
  if ((step + 1) % 5 === 0 || step + 1 === Number(steps)) await saveCheckpoint(system, file);
  process.stdout.write(`${step + 1}\n`);
}
