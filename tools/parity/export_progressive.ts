/**
 * Writes weights of gan-kit's networks of Progressive GAN at pytorch_GAN_zoo's width and what they make, for
 * tools/parity/progressive_weights.py to load.
 *
 *     npx tsx tools/parity/export_progressive.ts FOLDER
 */
import { mkdir } from 'node:fs/promises';
import { tensor, tidy } from '@tensorflow/tfjs-core';
import { fill } from '../../bench/hash.js';
import { loadBackend } from '../../src/backend/load_backend.js';
import { stateDict } from '../../src/io/pytorch/state_dict.js';
import { progressiveDiscriminator } from '../../src/models/progressive_discriminator.js';
import { progressiveGenerator } from '../../src/models/progressive_generator.js';
import { writeNetwork } from './write_network.js';

const SEED = 1710;
const options = { imageShape: [64, 64, 3], baseChannels: 8192, maxChannels: 512 } as const;
const form = { form: 'zoo', seed: 3 } as const;
const NETWORKS = {
  generator: {
    ...{ model: 'progressiveGenerator', options: { ...options, latentSize: 512 } },
    ...{ shape: [2, 512], make: () => progressiveGenerator({ ...options, ...form }) },
  },
  discriminator: {
    ...{ model: 'progressiveDiscriminator', options },
    ...{ shape: [4, 64, 64, 3], make: () => progressiveDiscriminator({ ...options, ...form }) },
  },
};

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('which folder?');
await mkdir(folder, { recursive: true });
await loadBackend();
for (const [name, { model: maker, options, shape, make }] of Object.entries(NETWORKS)) {
  const model = make();
  const size = shape.reduce((a, b) => a * b, 1);
  const made = tidy(() => {
    const x = tensor(fill(size, SEED + 1000, 1), shape);
    return model.stages.at(-1)!.stable.predict(x);
  });
  const tensors = await stateDict({ model, architecture: 'progressive' });
  await writeNetwork(folder, name, tensors, made, { model: maker, options });
  made.dispose();
  model.dispose();
}
