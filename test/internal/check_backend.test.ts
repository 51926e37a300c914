import '@tensorflow/tfjs-backend-cpu';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { engine, setBackend } from '@tensorflow/tfjs-core';
import {
  dcganDiscriminator,
  dcganGenerator,
  inceptionV3,
  patchDiscriminator,
  pixelDiscriminator,
  resnetGenerator,
  unetGenerator,
} from 'gan-kit';
import { encodePNG, folderImages, pairedImages } from 'gan-kit/node';
import { createCycleGAN, createPix2Pix, sampleLatents } from 'gan-kit/training';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeFile } from 'node:fs/promises';
import { withoutBackend } from '../helpers/without_backend.js';

const inputShape = [32, 32, 3] as const;
const folder = mkdtempSync(join(tmpdir(), 'gan-kit-bare-'));

beforeAll(async () => {
  const data = new Uint8Array(8 * 4 * 3).map((_, i) => i);
  const png = encodePNG({ width: 8, height: 4, channels: 3, data });
  await writeFile(join(folder, 'a.png'), png);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('without a backend', () => {
  it.each<[string, () => unknown]>([
    ['dcganGenerator', () => dcganGenerator()],
    ['dcganDiscriminator', () => dcganDiscriminator()],
    ['resnetGenerator', () => resnetGenerator({ inputShape })],
    ['unetGenerator', () => unetGenerator({ inputShape })],
    ['patchDiscriminator', () => patchDiscriminator({ inputShape })],
    ['pixelDiscriminator', () => pixelDiscriminator({ inputShape })],
    ['inceptionV3', () => inceptionV3({ inputShape: [75, 75, 3] })],
    ['resnetGenerator', () => createCycleGAN({ inputShape })],
    ['unetGenerator', () => createPix2Pix({ inputShape: [256, 256, 3] })],
    ['sampleLatents', () => sampleLatents({ count: 1, size: 1 })],
    ['pairedImages.batch', async () => (await pairedImages({ folder, crop: 4, load: 4 })).batch(0)],
    ['folderImages', async () => (await folderImages({ folder }))[Symbol.asyncIterator]().next()],
  ])('%s says how to load one', async (name, fn) => {
    await withoutBackend(async () => {
      await expect(async () => fn()).rejects.toMatchObject({
        name: 'GanKitError',
        code: 'backend',
        message: `${name}: no backend is loaded yet. Call \`await loadBackend()\` of gan-kit first.`,
      });
    });
  });
});

it('takes a backend that is registered and not yet started, as tfjs does', async () => {
  await setBackend('cpu');
  engine().reset();
  sampleLatents({ count: 1, size: 1 }).dispose();
});
