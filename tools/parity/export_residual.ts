/**
 * Writes weights of gan-kit's residual networks at mimicry's width and what they make, for
 * tools/parity/mimicry_weights.py to load.
 *
 *     npx tsx tools/parity/export_residual.ts FOLDER
 */
import { mkdir } from 'node:fs/promises';
import { tensor, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { fill } from '../../bench/hash.js';
import { loadBackend } from '../../src/backend/load_backend.js';
import { stateDict } from '../../src/io/pytorch/state_dict.js';
import { residualDiscriminator } from '../../src/models/residual_discriminator.js';
import { residualGenerator } from '../../src/models/residual_generator.js';
import { writeNetwork } from './write_network.js';

const square = (size: number) => [size, size, 3] as const;
const latent = { latentSize: 128 };
const wganGP = { form: 'wgan-gp' } as const;
const generator = (options: {
  imageShape: ReturnType<typeof square>;
  filters: number;
  classes?: number;
}) => ({
  ...{ model: 'residualGenerator', options: { ...options, ...latent }, sample: [128] },
  make: () => residualGenerator({ ...options, interpolation: 'bilinear', epsilon: 1e-5, seed: 3 }),
});
const discriminator = (options: {
  imageShape: ReturnType<typeof square>;
  filters: number;
  form?: 'wgan-gp';
  classes?: number;
}) => ({
  ...{ model: 'residualDiscriminator', options, sample: options.imageShape },
  make: () => residualDiscriminator({ ...options, skipInput: 'relu', seed: 3 }),
});
const NETWORKS = {
  sngan_32_generator: generator({ imageShape: square(32), filters: 256 }),
  sngan_32_discriminator: discriminator({ imageShape: square(32), filters: 128 }),
  sngan_48_generator: generator({ imageShape: square(48), filters: 64 }),
  sngan_48_discriminator: discriminator({ imageShape: square(48), filters: 64 }),
  cgan_pd_32_generator: generator({ imageShape: square(32), filters: 256, classes: 10 }),
  cgan_pd_32_discriminator: discriminator({ imageShape: square(32), filters: 128, classes: 10 }),
  wgan_gp_32_discriminator: discriminator({ imageShape: square(32), filters: 128, ...wganGP }),
  wgan_gp_48_discriminator: discriminator({ imageShape: square(48), filters: 64, ...wganGP }),
};

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('which folder?');
await mkdir(folder, { recursive: true });
await loadBackend();
for (const [name, { model: maker, options, sample, make }] of Object.entries(NETWORKS)) {
  const model = make();
  const shape = [2, ...sample];
  const size = shape.reduce((a, b) => a * b, 1);
  // running statistics and singular vectors that are not those of a fresh model
  const inputs = (seed: number) => {
    const x = tensor(fill(size, seed, 1), shape);
    return 'classes' in options ? [x, tensor([[1], [2]])] : x; // as labels_of of mimicry_weights.py
  };
  tidy(() => void model.apply(inputs(5), { training: true }));
  const made = tidy(() => model.predict(inputs(1802)) as Tensor);
  const tensors = await stateDict({ model, architecture: 'residual' });
  await writeNetwork(folder, name, tensors, made, { model: maker, options });
  made.dispose();
  model.dispose();
}
