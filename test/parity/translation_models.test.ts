import { memory } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { BACKENDS, ON_GPU, useBackend } from '../helpers/backends.js';
import { compareWithReference, joinParts } from '../helpers/reference_networks.js';
import type { ReferencePass } from '../helpers/reference_networks.js';

const files = import.meta.glob('./fixtures/translation_*.json', { eager: true, import: 'default' });
const passes = joinParts(
  Object.entries(files)
    .filter(([path]) => !path.endsWith('translation_layers.json'))
    .map(([, file]) => file as ReferencePass),
);

/** The software GPUs make one of each architecture, normalization and padding. */
const ON_GPUS = ['patch_1layer', 'pixel_batch', 'resnet_replicate', 'svhn_to_mnist', 'unet_128'];
const compared = passes.filter(({ name }) => !ON_GPU || ON_GPUS.includes(name));

describe.each(BACKENDS)('pytorch-CycleGAN-and-pix2pix on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('is all there', () => {
    expect(passes.map(({ name }) => name).sort()).toEqual([
      'mnist_to_svhn',
      'patch_1layer',
      'patch_3channels',
      'patch_5layers',
      'patch_6channels',
      'pixel_batch',
      'pixel_instance',
      'resnet_6blocks',
      'resnet_9blocks',
      'resnet_replicate',
      'resnet_zero',
      'svhn_to_mnist',
      'unet_128',
      'unet_256',
    ]);
  });

  it.each(compared.map((pass) => [pass.name, pass] as const))(
    '%s: output, gradients and statistics',
    async (_, pass) => {
      const { numTensors } = memory();
      const distances = await compareWithReference(pass);
      for (const [of, distance] of Object.entries(distances))
        expect(distance, of).toBeLessThan(3e-5);
      expect(memory().numTensors).toBe(numTensors);
    },
  );
});
