/**
 * Writes test/parity/fixtures/unnamed_layers.json: the checkpoint of a system whose layers have no names, in the
 * form from before such layers were called by their position, and the losses of the next step.
 *
 * Run it at commit d5ee5fe, with test/helpers/unnamed_networks.ts added: npx tsx tools/parity/unnamed_layers.ts
 */
import { writeFile } from 'node:fs/promises';
import { layers } from '@tensorflow/tfjs-layers';
import { loadBackend } from '../../src/backend/load_backend.js';
import { RandomStream } from '../../src/internal/random.js';
import { encodeCheckpoint } from '../../src/io/checkpoint.js';
import { hinge } from '../../src/losses/hinge.js';
import { createGAN } from '../../src/training/systems/gan.js';
import { unnamedCritic, unnamedGenerator } from '../../test/helpers/unnamed_networks.js';

await loadBackend({ prefer: ['cpu'] });
// the next layers are then called dense_Dense7 to dense_Dense14, whose order as texts differs
for (let i = 0; i < 6; i++) layers.dense({ units: 1 });
const gan = createGAN({
  generator: unnamedGenerator(),
  discriminator: unnamedCritic(),
  loss: hinge(),
  ema: { decay: 0.9 },
  seed: 5,
});
const batches = new RandomStream(6);
for (let step = 0; step < 3; step++) await gan.trainStep({ real: batches.normal([5, 6, 2]) });
const bytes = encodeCheckpoint(await gan.state(), { step: 3 });
const losses = await gan.trainStep({ real: new RandomStream(7).normal([5, 6, 2]) });
await writeFile(
  'test/parity/fixtures/unnamed_layers.json',
  JSON.stringify({
    generator: 'gan-kit at d5ee5fe, tools/parity/unnamed_layers.ts, backend cpu',
    dtype: 'float32',
    checkpoint: Buffer.from(bytes).toString('base64'),
    next: { seed: 7, losses },
  }),
);
