// A process to be killed: trains a small CycleGAN from its last checkpoint on to a step, saving often.
//   train_until_killed.ts BACKEND CHECKPOINT STEPS
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { existsSync } from 'node:fs';
import { loadBackend } from '../../src/backend/load_backend.js';
import { loadCheckpoint, saveCheckpoint } from '../../src/node/files/checkpoint_file.js';
import { createCycleGAN } from '../../src/training/systems/cycle_gan.js';
import { critic, images, translator } from './translation_systems.js';
import type { Shape } from './translation_systems.js';

const [backend, file, steps] = process.argv.slice(2) as [string, string, string];
const A: Shape = [4, 4, 1];
const B: Shape = [4, 4, 2];
await loadBackend({
  prefer: [backend as 'cpu' | 'wasm' | 'tensorflow'],
  ...(backend === 'wasm' && { threads: 1 }),
});
const cycle = createCycleGAN({
  generators: { ab: translator(A, 2, 1, 0.3), ba: translator(B, 1, 2) },
  discriminators: { a: critic(A, 3, true), b: critic(B, 4) },
  poolSize: 5,
});
if (existsSync(file)) await loadCheckpoint(cycle, file);
for (let step = cycle.steps.discriminator; step < Number(steps); step++) {
  const batch = { a: images(10, step, A, 1), b: images(11, step, B, 1) };
  await cycle.trainStep(batch, { read: false });
  batch.a.dispose();
  batch.b.dispose();
  if ((step + 1) % 5 === 0 || step + 1 === Number(steps)) await saveCheckpoint(cycle, file);
  process.stdout.write(`${step + 1}\n`);
}
