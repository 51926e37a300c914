import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { useBackend } from '../helpers/backends.js';
import { compareWithReference, joinParts } from '../helpers/reference_networks.js';
import type { ReferencePass } from '../helpers/reference_networks.js';

/** Where tools/parity/translation_models.py --full-width wrote; without it there is nothing to compare. */
const folder = process.env['GAN_KIT_FULL_WIDTH'];
const passes = joinParts(
  (folder === undefined ? [] : readdirSync(folder))
    .filter((file) => file.startsWith('translation_'))
    .map((file) => JSON.parse(readFileSync(join(folder!, file), 'utf8')) as ReferencePass),
);

const PUBLISHED = ['patch_3channels', 'patch_6channels', 'pixel_batch', 'pixel_instance'].concat([
  'resnet_6blocks',
  'resnet_9blocks',
  'unet_128',
  'unet_256',
]);

describe.skipIf(folder === undefined)('pytorch-CycleGAN-and-pix2pix at full width on wasm', () => {
  it.each(passes.map((pass) => [pass.name, pass] as const))(
    '%s',
    async (name, pass) => {
      await useBackend('wasm');
      const free = await compareWithReference(pass);
      console.log(name, free, pass.float32);
      expect(free.output).toBeLessThan(1e-4);
      expect(free.statistics).toBeLessThan(1e-4);
      // of millions of activations some are at the kink of ReLU, on the one side or the other
      const kinks = PUBLISHED.includes(name) && !name.startsWith('unet');
      expect(free.input).toBeLessThan(kinks ? 0.05 : 1e-4);
      expect(free.parameters).toBeLessThan(kinks ? 0.05 : 1e-4);

      const sides = new Uint8Array(readFileSync(join(folder!, `${name}.branches`)));
      const same = await compareWithReference(pass, sides);
      console.log(name, 'on the same side of each kink', same);
      for (const distance of Object.values(same)) expect(distance).toBeLessThan(1e-4);
    },
    900_000,
  );

  it('has every network', () => {
    const small = PUBLISHED.filter((name) => !name.startsWith('unet'));
    expect(passes.map(({ name }) => name).sort()).toEqual(
      [...PUBLISHED, ...small.map((name) => `${name}_small`)].sort(),
    );
  });
});
