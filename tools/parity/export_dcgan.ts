/**
 * Writes weights of gan-kit's DCGANs at the width of PyTorch's example, and outputs of these networks, for
 * tools/parity/dcgan_weights.py.
 *
 *     npx tsx tools/parity/export_dcgan.ts FOLDER
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tensor, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { fill } from '../../bench/hash.js';
import { loadBackend } from '../../src/backend/load_backend.js';
import { stateDict } from '../../src/io/pytorch/state_dict.js';
import { encodeSafetensors } from '../../src/io/safetensors.js';
import { dcganDiscriminator } from '../../src/models/dcgan_discriminator.js';
import { dcganGenerator } from '../../src/models/dcgan_generator.js';

const imageShape = [64, 64, 3] as const;
const example = { imageShape, filters: 64 };
const own = { kernelSize: 4, outerBias: false, seed: 3 };
const NETWORKS = {
  generator: {
    ...{ kind: 'generator', options: { ...example, latentSize: 100 }, sample: [100] },
    make: () => dcganGenerator({ ...example, ...own }),
  },
  discriminator: {
    ...{ kind: 'discriminator', options: example, sample: imageShape },
    make: () => dcganDiscriminator({ ...example, ...own }),
  },
};

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('which folder?');
await mkdir(folder, { recursive: true });
await loadBackend();
for (const [name, { kind, options, sample, make }] of Object.entries(NETWORKS)) {
  const model = make();
  const shape = [2, ...sample];
  const size = shape.reduce((a, b) => a * b, 1);
  // changes the running statistics from those of a new model
  tidy(() => void model.apply(tensor(fill(size, 5, 1), shape), { training: true }));
  const made = tidy(() => model.predict(tensor(fill(size, 1611, 1), shape)) as Tensor);
  const output = { shape: made.shape, data: await made.data<'float32'>() };
  const tensors = await stateDict({ model, architecture: 'dcgan' });
  const path = join(folder, name);
  await writeFile(`${path}.safetensors`, encodeSafetensors({ tensors }));
  await writeFile(`${path}.output.safetensors`, encodeSafetensors({ tensors: { output } }));
  await writeFile(`${path}.json`, JSON.stringify({ kind, options }));
  console.log(`${name}: ${Object.keys(tensors).length} arrays`);
  made.dispose();
  model.dispose();
}
