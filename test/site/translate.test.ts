import { AxeBuilder } from '@axe-core/playwright';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { chromium } from 'playwright';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { gridOf, lineDrawing } from '../../site/playground/translate/drawing.js';
import { bytesOf, pictureOf } from '../../site/playground/translate/picture.js';
import type { Picture } from '../../site/playground/translate/picture.js';
import { heldOutScene, mapOf } from '../../site/playground/translate/scene.js';
import { DRAWING, HELD_OUT, OUR_MODES } from '../../site/playground/translate/settings.js';
import type { OurName } from '../../site/playground/translate/settings.js';
import { Translator } from '../../site/playground/translate/translator.js';
import { drawScene } from '../../examples/street_scenes/scenes.js';
import { decodeSafetensors } from '../../src/io/safetensors.js';
import { stateDict } from '../../src/io/pytorch/state_dict.js';
import { resnetGenerator } from '../../src/models/resnet_generator.js';
import type { StateArray } from '../../src/types.js';
import { loadBackend } from '../../src/index.js';
import { dict, tensor, zipped } from '../io/pytorch/forged_files.js';
import { findChromium } from '../setup/gpu.js';
import { trouble, watchedContext } from './watched_context.js';

const site = inject('site');
const executablePath = findChromium();
const ROOT = resolve(import.meta.dirname, '../..');
/** Long enough for a machine that does other things besides. */
const PATIENCE = 60_000;
const MAY_TAKE = { timeout: 2 * PATIENCE };
const [{ lines }] = JSON.parse(
  readFileSync(resolve(ROOT, 'examples/edges2clothes/drawings.json'), 'utf8'),
) as [{ readonly lines: string }];
const WEIGHTS: Readonly<Record<OurName, string>> = {
  edges: 'examples/edges2clothes/weights/generator.safetensors',
  labels: 'examples/street_scenes/weights/labels-to-photo.safetensors',
  photo: 'examples/street_scenes/weights/photo-to-labels.safetensors',
};

let browser: Browser;
let page: Page;

const button = (name: string) => page.getByRole('button', { name, exact: true });
const took = () => page.locator('.took').innerText();

/** The bytes of a canvas. */
const canvas = (name: string): Promise<number[]> =>
  page.evaluate<number[]>(`(() => {
    const canvas = document.querySelector('canvas.${name}');
    const { width, height } = canvas;
    const copy = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
    copy.drawImage(canvas, 0, 0);
    return [...copy.getImageData(0, 0, width, height).data];
  })()`);

/** The greatest distance of two lists of bytes; 255 if their lengths differ. */
const distance = (a: readonly number[], b: ArrayLike<number>): number =>
  a.length === b.length
    ? a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0)
    : 255;

/** Waits until the page shows what the generator makes in Node of the same picture, but for the last digit. */
async function isMadeOf(translated: Picture): Promise<void> {
  const expected = bytesOf(translated);
  await expect
    .poll(async () => distance(await canvas('made'), expected), { timeout: PATIENCE })
    .toBeLessThanOrEqual(1);
  expect(await took()).toMatch(/^Translated in \d+\.\d ms$/);
}

/** Translates in Node. */
async function inNode(name: OurName, picture: Picture): Promise<Picture> {
  const bytes = new Uint8Array(readFileSync(resolve(ROOT, WEIGHTS[name])));
  const translator = Translator.from(decodeSafetensors(bytes).tensors);
  const made = await translator.translate(picture, OUR_MODES[name]);
  translator.dispose();
  return made;
}

/** A file as PyTorch saves it. */
function pth(weights: Readonly<Record<string, StateArray>>): Buffer {
  const entries = Object.entries(weights).map(([name, { shape, data }], key) => {
    const stride = shape.map((_, i) => shape.slice(i + 1).reduce((a, b) => a * b, 1));
    const spec = { key: String(key), elements: data.length, size: shape, stride };
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return { entry: [name, tensor(spec)] as const, bytes: new Uint8Array(bytes) };
  });
  const storages = Object.fromEntries(entries.map(({ bytes }, key) => [key, bytes]));
  return Buffer.from(zipped(dict(...entries.map(({ entry }) => entry)), storages));
}

describe.skipIf(executablePath === undefined)('the page that translates', () => {
  beforeAll(async () => {
    await loadBackend({ prefer: ['wasm'] });
    browser = await chromium.launch({
      executablePath: executablePath!,
      args: ['--no-sandbox', '--use-fake-device-for-media-stream'],
    });
    const context = await watchedContext(browser, { width: 1280, height: 900 }, 'light', site);
    page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    trouble.length = 0;
    await page.goto(`${site}/playground/translate?backend=wasm`);
  });
  afterAll(() => browser.close());

  const soundForReaders = async (): Promise<void> => {
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
  };

  it('makes of a drawing what Node makes of it, and again with each stroke', MAY_TAKE, async () => {
    const drawing = lineDrawing(gridOf(lines, DRAWING), DRAWING);
    await isMadeOf(await inNode('edges', drawing));
    expect(await page.locator('.place').innerText()).toMatch(/Computes on wasm .*\d threads?/);

    const before = await canvas('made');
    await button('Clear').click();
    const box = (await page.locator('canvas.given').boundingBox())!;
    const to = (column: number, row: number) =>
      page.mouse.move(
        box.x + ((column + 0.5) / DRAWING) * box.width,
        box.y + ((row + 0.5) / DRAWING) * box.height,
      );
    await to(8, 8);
    await page.mouse.down();
    await to(24, 8);
    await to(24, 24);
    await to(8, 24);
    await to(8, 8);
    await page.mouse.up();
    const square = new Uint8Array(DRAWING * DRAWING);
    for (let i = 8; i <= 24; i++)
      for (const [column, row] of [
        [i, 8],
        [i, 24],
        [8, i],
        [24, i],
      ] as const)
        square[row * DRAWING + column] = 1;
    expect(distance(await canvas('given'), bytesOf(lineDrawing(square, DRAWING)))).toBe(0);
    await isMadeOf(await inNode('edges', lineDrawing(square, DRAWING)));
    expect(distance(await canvas('made'), before)).toBeGreaterThan(50);

    for (const strokes of ['stroke', 'clearing']) {
      expect(await button('Undo').isEnabled(), strokes).toBe(true);
      await button('Undo').press('Enter');
    }
    expect(await button('Undo').isDisabled()).toBe(true);
    await isMadeOf(await inNode('edges', drawing));
    await soundForReaders();
    expect(trouble).toEqual([]);
  });

  it('translates streets both ways, and what is painted in their maps', MAY_TAKE, async () => {
    const which = page.getByRole('combobox', { name: 'Translate', exact: true });
    await which.selectOption('photo');
    await isMadeOf(await inNode('photo', heldOutScene(0).photo));
    const right = page.getByText(/\d\d\.\d % of the pixels have the colour of their class/);
    await right.waitFor();
    await button('Another scene').click();
    await isMadeOf(await inNode('photo', heldOutScene(1).photo));

    await which.selectOption('labels');
    const { labels } = heldOutScene(1);
    await isMadeOf(await inNode('labels', mapOf(labels)));
    const brush = page.getByRole('combobox', { name: 'Brush', exact: true });
    await brush.selectOption('vegetation');
    const box = (await page.locator('canvas.given').boundingBox())!;
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    const painted = mapOf(labels);
    await expect
      .poll(async () => distance(await canvas('given'), bytesOf(painted)))
      .toBeGreaterThan(50);
    await button('As it was').click();
    await isMadeOf(await inNode('labels', painted));
    await soundForReaders();
    expect(trouble).toEqual([]);
  });

  it(
    'takes a generator of PyTorch and a picture, and refuses a damaged file',
    MAY_TAKE,
    async () => {
      const options = {
        inputShape: [32, 32, 3],
        filters: 2,
        blocks: 1,
        stddev: 0.2,
        seed: 4,
      } as const;
      const weights = await stateDict({ model: resnetGenerator(options), architecture: 'resnet' });
      const bytes = pth(weights);
      await page.getByRole('combobox', { name: 'Translate', exact: true }).selectOption('file');
      const chooser = page.getByLabel(/^Generator/);
      const file = { name: 'latest_net_G.pth', mimeType: 'application/octet-stream' };
      await chooser.setInputFiles({ ...file, buffer: bytes.subarray(0, bytes.length / 2) });
      const alert = page.getByRole('alert');
      await alert.waitFor();
      expect(await alert.innerText()).toMatch(/^readPth: /);
      await chooser.setInputFiles({ ...file, buffer: bytes });
      await page.getByText('ResNet of 1 blocks, 2 filters, 3 → 3 channels').waitFor();
      expect(await alert.count()).toBe(0);
      await page.getByRole('combobox', { name: 'Side', exact: true }).selectOption('32');

      const street = {
        width: 32,
        height: 32,
        channels: 3,
        values: drawScene(0, HELD_OUT, 32).photo,
      };
      const given = pictureOf(bytesOf(street), 32, 32, 3);
      const translator = Translator.from(weights);
      await isMadeOf(await translator.translate(given, 'of training'));

      const picture = resolve(ROOT, 'docs/images/mnist-sn-dcgan.png');
      const before = await canvas('made');
      await page.getByLabel('Picture', { exact: true }).setInputFiles(picture);
      await expect.poll(() => canvas('made'), { timeout: PATIENCE }).not.toEqual(before);
      const shown = Uint8ClampedArray.from(await canvas('given'));
      await isMadeOf(await translator.translate(pictureOf(shown, 32, 32, 3), 'of training'));
      const waiting = page.waitForEvent('download');
      await button('Download').click();
      expect((await waiting).suggestedFilename()).toBe('translated.png');

      await button('Camera').click();
      await alert.waitFor();
      expect(await alert.innerText()).toMatch(/^The camera cannot be used: /);
      const still = await canvas('given');
      await page.context().grantPermissions(['camera']);
      await button('Camera').click();
      await expect.poll(() => canvas('given'), { timeout: PATIENCE }).not.toEqual(still);
      await button('Stop the camera').click();
      expect(await alert.count()).toBe(0);
      await page.waitForFunction("!document.querySelector('video')");
      const seen = Uint8ClampedArray.from(await canvas('given'));
      await isMadeOf(await translator.translate(pictureOf(seen, 32, 32, 3), 'of training'));
      await soundForReaders();
      expect(trouble).toEqual([]);
    },
  );
});
