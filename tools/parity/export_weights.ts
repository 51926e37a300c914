/**
 * Writes weights of gan-kit's models, and pictures made by these models, for tools/parity/torch_weights.py,
 * which loads the weights into the reference's networks.
 *
 *     npx tsx tools/parity/export_weights.ts FOLDER [NAME ...]
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tensor, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { fill } from '../../bench/hash.js';
import { loadBackend } from '../../src/backend/load_backend.js';
import type { ArchitectureName } from '../../src/io/pytorch/architectures/by_name.js';
import { stateDict } from '../../src/io/pytorch/state_dict.js';
import { encodeSafetensors } from '../../src/io/safetensors.js';
import { patchDiscriminator } from '../../src/models/patch_discriminator.js';
import { pixelDiscriminator } from '../../src/models/pixel_discriminator.js';
import { resnetGenerator } from '../../src/models/resnet_generator.js';
import { unetGenerator } from '../../src/models/unet_generator.js';

interface Network {
  readonly architecture: ArchitectureName;
  readonly make: (args: never) => LayersModel;
  readonly options: { readonly inputShape: readonly [number, number, number] } & Readonly<
    Record<string, unknown>
  >;
  readonly spectralKeys?: 'hook' | 'parametrization';
}

const instance = { filters: 64, normalization: 'instance' };
const batch = { filters: 64, normalization: 'batch' };
const resnet = { architecture: 'resnet', make: resnetGenerator } as const;
const unet = { architecture: 'unet', make: unetGenerator } as const;
const patch = { architecture: 'patch', make: patchDiscriminator } as const;
const pixel = { architecture: 'pixel', make: pixelDiscriminator } as const;

const NETWORKS: Readonly<Record<string, Network>> = {
  resnet_9blocks: { ...resnet, options: { inputShape: [128, 128, 3], blocks: 9, ...instance } },
  resnet_6blocks_dropout: {
    ...resnet,
    options: { inputShape: [64, 64, 3], blocks: 6, dropout: 0.5, ...batch },
  },
  unet_256: {
    ...unet,
    options: { inputShape: [256, 256, 3], downsamplings: 8, dropout: 0.5, ...batch },
  },
  unet_128: {
    ...unet,
    options: { inputShape: [128, 128, 3], downsamplings: 7, dropout: 0.5, ...batch },
  },
  patch: { ...patch, options: { inputShape: [128, 128, 3], layers: 3, ...instance } },
  patch_pairs: { ...patch, options: { inputShape: [128, 128, 6], layers: 3, ...batch } },
  patch_spectral_hook: {
    ...patch,
    options: { inputShape: [128, 128, 3], layers: 3, ...instance },
    spectralKeys: 'hook',
  },
  patch_spectral_parametrization: {
    ...patch,
    options: { inputShape: [128, 128, 3], layers: 3, filters: 64, normalization: 'none' },
    spectralKeys: 'parametrization',
  },
  pixel: { ...pixel, options: { inputShape: [64, 64, 3], ...batch } },
};

const [folder, ...names] = process.argv.slice(2);
if (folder === undefined) throw new Error('which folder?');
await mkdir(folder, { recursive: true });
await loadBackend();
for (const [name, { architecture, make, options, spectralKeys }] of Object.entries(NETWORKS)) {
  if (names.length > 0 && !names.includes(name)) continue;
  const spectral = spectralKeys === undefined ? {} : { spectralNorm: true };
  const model = make({ ...options, ...spectral, seed: 3 } as never);
  const shape = options.inputShape;
  const size = shape.reduce((a, b) => a * b, 1);
  // changes running statistics, u and v from those of a new model
  const seen = tensor(fill(2 * size, 5, 1), [2, ...shape]);
  tidy(() => void model.apply(seen, { training: true }));
  const made = tidy(() => model.predict(tensor(fill(size, 1611, 1), [1, ...shape])) as Tensor);
  const picture = { shape: made.shape, data: await made.data<'float32'>() };

  const keys = spectralKeys === undefined ? {} : { spectralKeys };
  const weights = await stateDict({ model, architecture, ...keys });
  const path = join(folder, name);
  await writeFile(`${path}.safetensors`, encodeSafetensors({ tensors: weights }));
  await writeFile(`${path}.picture.safetensors`, encodeSafetensors({ tensors: { picture } }));
  await writeFile(
    `${path}.json`,
    JSON.stringify({ architecture, options: { ...options, ...keys } }),
  );
  console.log(`${name}: ${Object.keys(weights).length} arrays`);
  seen.dispose();
  made.dispose();
  model.dispose();
}
