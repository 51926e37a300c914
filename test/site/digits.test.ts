import { AxeBuilder } from '@axe-core/playwright';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { chromium } from 'playwright';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { decodeCheckpoint } from '../../src/io/checkpoint.js';
import { findChromium } from '../setup/gpu.js';
import { trouble, watchedContext } from './watched_context.js';

const site = inject('site');
const executablePath = findChromium();
const ROOT = resolve(import.meta.dirname, '../..');
/** Long enough for a machine that does other things besides. */
const PATIENCE = 90_000;
const MAY_TAKE = { timeout: 2 * PATIENCE };
const SETTINGS = { Seed: 5, 'Images in a batch': 4, Steps: 6, 'Training images': 1000 };
const ARGS = '--seed 5 --batch 4 --steps 6 --images 1000'.split(' ');

const folder = mkdtempSync(join(tmpdir(), 'gan-kit-digits-page-'));
let browser: Browser;
let page: Page;

const button = (name: string) => page.getByRole('button', { name, exact: true });
const summary = () => page.getByRole('status').innerText();
const kept = () => page.locator('.kept').innerText();
const reached = (text: string) =>
  expect.poll(summary, { timeout: PATIENCE, interval: 100 }).toContain(text);
const isKept = (step: number) =>
  expect.poll(kept, { timeout: PATIENCE }).toContain(`keeps the run at step ${step}.`);

/** The pixels of a canvas. */
const picture = (name: string): Promise<number[]> =>
  page.evaluate<number[]>(`(() => {
    const canvas = document.querySelector('canvas.${name}');
    const { width, height } = canvas;
    const copy = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
    copy.drawImage(canvas, 0, 0);
    return [...copy.getImageData(0, 0, width, height).data.filter((_, i) => i % 28 === 0)];
  })()`);

/** The tensors of the checkpoint that the page gives as a file. */
async function downloaded() {
  const waiting = page.waitForEvent('download');
  await button('Download checkpoint').click();
  const download = await waiting;
  const { state, extra } = decodeCheckpoint(new Uint8Array(readFileSync(await download.path())));
  return { name: download.suggestedFilename(), arrays: state.arrays, extra };
}

const ofDemo = (step: number) =>
  decodeCheckpoint(new Uint8Array(readFileSync(join(folder, `${step}.safetensors`)))).state.arrays;

describe.skipIf(executablePath === undefined)('the page of digits', () => {
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: executablePath!, args: ['--no-sandbox'] });
    page = await (
      await watchedContext(browser, { width: 1280, height: 900 }, 'light', site)
    ).newPage();
    trouble.length = 0;
    const program = ['--import', 'tsx', 'test/site/demo_steps.ts', folder, '4', '6', '--', ...ARGS];
    await promisify(execFile)(process.execPath, program, { cwd: ROOT });
  });
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true });
  });

  it(
    'makes steps, whose samples change, and goes on after a reload where it was',
    MAY_TAKE,
    async () => {
      await page.goto(`${site}/playground/digits?backend=wasm`);
      await reached('Step 0 of 6000');
      expect(await page.locator('.place').innerText()).toMatch(/wasm .*\d threads?/);
      for (const [name, value] of Object.entries(SETTINGS))
        await page.getByRole('spinbutton', { name, exact: true }).fill(String(value));
      await button('Reset').click();
      await reached('Step 0 of 6');
      await isKept(0);
      const before = await picture('samples');
      for (const step of [1, 2, 3]) {
        await button('Step').click();
        await reached(`Step ${step} of 6`);
      }
      await isKept(3);
      const after = await picture('samples');
      expect(after).not.toEqual(before);
      await page.reload();
      await reached('Step 3 of 6');
      expect(await picture('samples')).toEqual(after);
      for (const [name, value] of Object.entries(SETTINGS))
        expect(await page.getByRole('spinbutton', { name, exact: true }).inputValue()).toBe(
          String(value),
        );
      expect(trouble).toEqual([]);
    },
  );

  it('trains to the end, and its checkpoint has the bits of the demo', MAY_TAKE, async () => {
    await button('Train').click();
    await reached('Step 6 of 6');
    await isKept(6);
    expect(await button('Train').isDisabled()).toBe(true);
    const { name, arrays } = await downloaded();
    expect(name).toBe('digits-6.safetensors');
    expect(arrays).toEqual(ofDemo(6));
    expect(await page.locator('.digits code').innerText()).toBe(
      'npm run demo -- --resume digits-6.safetensors --images 1000 --batch 4 --steps 6 --seed 5',
    );
    expect(trouble).toEqual([]);
  });

  it(
    'goes on from a checkpoint of the demo, and says why another file is none',
    MAY_TAKE,
    async () => {
      const chooser = page.locator('input[type=file]');
      await chooser.setInputFiles(join(ROOT, 'examples/mnist/weights/classifier.safetensors'));
      await expect
        .poll(() => page.getByRole('alert').innerText())
        .toContain('must be a checkpoint');
      expect(await summary()).toContain('Step 6 of 6');
      await chooser.setInputFiles(join(folder, '4.safetensors'));
      await reached('Step 4 of 6');
      await isKept(4);
      await button('Train').click();
      await reached('Step 6 of 6');
      expect((await downloaded()).arrays).toEqual(ofDemo(6));
      expect(trouble).toEqual([]);
    },
  );

  it(
    'goes on from the last whole checkpoint if it was left while it trained',
    MAY_TAKE,
    async () => {
      await page.getByRole('spinbutton', { name: 'Steps', exact: true }).fill('5000');
      await button('Reset').click();
      await reached('Step 0 of 5000');
      await button('Train').click();
      await isKept(100);
      await page.reload();
      await reached('of 5000');
      const step = Number(/Step (\d+)/.exec(await summary())![1]);
      expect(step).toBeGreaterThanOrEqual(100);
      expect(step).toBeLessThan(5000);
      await button('Step').click();
      await reached(`Step ${step + 1} of 5000`);
      expect(trouble).toEqual([]);
    },
  );

  it('shows other digits where one drags, by pointer and by keys', MAY_TAKE, async () => {
    const before = await picture('pad');
    await page.locator('canvas.pad').scrollIntoViewIfNeeded();
    const box = (await page.locator('canvas.pad').boundingBox())!;
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(box.x + 10, box.y + box.height - 10, { steps: 5 });
    await page.mouse.up();
    const slider = page.getByRole('slider', { name: 'Down', exact: true });
    expect(Number(await slider.inputValue())).toBeGreaterThan(0.9);
    await expect.poll(() => picture('pad')).not.toEqual(before);
    await page.waitForTimeout(200);
    const dragged = await picture('pad');
    await slider.press('Home');
    await expect.poll(() => picture('pad')).not.toEqual(dragged);
    expect(trouble).toEqual([]);
  });

  it('keeps its run on another backend, and has nothing that axe finds', MAY_TAKE, async () => {
    const { arrays } = await downloaded();
    await page.getByRole('combobox', { name: 'Backend', exact: true }).selectOption('cpu');
    await expect
      .poll(() => page.locator('.place').innerText(), { timeout: PATIENCE })
      .toContain('Computes on cpu');
    await expect.poll(() => button('Step').isEnabled(), { timeout: PATIENCE }).toBe(true);
    expect((await downloaded()).arrays).toEqual(arrays);
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
    expect(trouble).toEqual([]);
  });
});
