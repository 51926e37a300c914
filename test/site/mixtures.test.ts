import { chromium } from 'playwright';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { findChromium } from '../setup/gpu.js';
import { pageTasks } from './page_tasks.js';
import { trouble, watchedContext } from './watched_context.js';

const site = inject('site');
const executablePath = findChromium();
/** Long enough for a machine that does other things besides. */
const PATIENCE = 90_000;
/** The third of a kind is replayed; in software each takes up to a second. */
const STEPS_ON_WEBGPU = 50;
const MAY_TAKE = { timeout: 2 * PATIENCE };
/** Those of D says real, D says fake and samples. */
const COLOURS: readonly Pixel[] = [
  [247, 190, 130],
  [146, 176, 227],
  [177, 0, 46],
];
/** Milliseconds of the processor that a task of the page may take. */
const LONGEST_TASK = 100;

let browser: Browser;
let page: Page;

const summary = async (): Promise<string> => page.getByRole('status').innerText();
const numbersOf = async (): Promise<number[]> =>
  ((await summary()).match(/\d+/g) ?? []).map(Number);

const choice = (name: string) => page.getByRole('combobox', { name, exact: true });

/** Waits until the summary, as numbers, is as wanted. */
const reached = (wanted: (numbers: number[]) => boolean): Promise<void> =>
  expect.poll(numbersOf, { timeout: PATIENCE, interval: 200 }).toSatisfy(wanted) as Promise<void>;

type Pixel = readonly [red: number, green: number, blue: number];

/** Some pixels of the picture. */
const picture = (): Promise<Pixel[]> =>
  page.evaluate<Pixel[]>(`(() => {
    const canvas = document.querySelector('canvas');
    const { width, height } = canvas;
    const copy = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
    copy.drawImage(canvas, 0, 0);
    const { data } = copy.getImageData(0, 0, width, height);
    const pixels = [];
    for (let i = 0; i < data.length; i += 4 * 97) pixels.push([data[i], data[i + 1], data[i + 2]]);
    return pixels;
  })()`);

async function open(query: string): Promise<void> {
  await page.goto(`${site}/playground/mixtures${query}`);
  await reached((numbers) => numbers[0] === 0);
}

describe.skipIf(executablePath === undefined)('the page of mixtures', () => {
  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: executablePath!,
      args: [
        '--no-sandbox',
        '--enable-unsafe-webgpu',
        '--use-webgpu-adapter=swiftshader',
        '--enable-dawn-features=disable_workgroup_init', // the adapter compiles ten times as fast
      ],
    });
    page = await (
      await watchedContext(browser, { width: 1280, height: 900 }, 'light', site)
    ).newPage();
  });
  afterAll(() => browser.close());

  it(
    'finds all eight modes by WGAN-GP on wasm, with a picture that moves and a page that answers',
    MAY_TAKE,
    async () => {
      trouble.length = 0;
      await open('?backend=wasm');
      expect(await page.locator('.place').innerText()).toMatch(/wasm .*\d threads?/);
      const before = await picture();
      await browser.startTracing(page, { categories: ['toplevel'] });
      await page.getByRole('button', { name: 'Train' }).click();
      await reached(([step]) => step! >= 50);
      const early = await picture();
      await reached(([, modes]) => modes === 8);
      await page.getByRole('button', { name: 'Pause' }).click();
      const tasks = pageTasks(await browser.stopTracing());
      expect(tasks.length).toBeGreaterThan(100);
      expect(tasks.filter((task) => task > LONGEST_TASK)).toEqual([]);
      expect(early).not.toEqual(before);
      expect(await picture()).not.toEqual(early);
      // both the colours of what D says and those of samples are there
      const shown = await picture();
      const isNear = ([r, g, b]: Pixel, [red, green, blue]: Pixel) =>
        Math.hypot(r - red, g - green, b - blue) < 40;
      for (const colour of COLOURS)
        expect(shown.filter((pixel) => isNear(pixel, colour)).length).toBeGreaterThan(3);
      expect(trouble).toEqual([]);
    },
  );

  it(
    'stands still when it is paused, steps by one, and begins anew after a reload with the settings of the address',
    MAY_TAKE,
    async () => {
      await page.waitForTimeout(500);
      const [step] = await numbersOf();
      await page.waitForTimeout(1000);
      expect((await numbersOf())[0]).toBe(step);
      await page.getByRole('button', { name: 'Step' }).click();
      await reached((numbers) => numbers[0] === step! + 1);

      await choice('System of a paper').selectOption('SN-GAN');
      await choice('Data').selectOption('grid');
      await reached((numbers) => numbers[0] === 0);
      const address = page.url();
      expect(address).toContain('data=grid');
      await page.reload();
      await reached((numbers) => numbers[0] === 0);
      expect(page.url()).toBe(address);
      expect(await choice('System of a paper').inputValue()).toBe('SN-GAN');
      expect(await choice('Weights of D').inputValue()).toBe('spectral');
      expect(trouble).toEqual([]);
    },
  );

  it('trains on webgpu in software, and replays steps', MAY_TAKE, async () => {
    await open('?backend=webgpu');
    expect(await page.locator('.place').innerText()).toContain('webgpu');
    await page.getByRole('button', { name: 'Train' }).click();
    await reached(([step]) => step! >= STEPS_ON_WEBGPU);
    expect(trouble).toEqual([]);
  });

  it('learns points that are drawn, and says what does not fit', MAY_TAKE, async () => {
    await page.goto(`${site}/playground/mixtures?data=drawn&backend=wasm`);
    const alert = page.getByRole('alert');
    await expect.poll(() => alert.innerText()).toMatch('Draw some points');
    const box = (await page.locator('canvas').first().boundingBox())!;
    await page.mouse.move(box.x + box.width / 4, box.y + box.height / 4);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 3, box.y + box.height / 2, { steps: 12 });
    await page.mouse.up();
    await reached((numbers) => numbers[0] === 0);
    expect(await alert.count()).toBe(0);
    const drawn = new URL(page.url()).searchParams.get('drawn')!.split('.').map(Number);
    expect(drawn.length).toBeGreaterThanOrEqual(24);
    expect(Math.max(...drawn.filter((_, i) => i % 2 === 0))).toBeLessThan(0); // the left half
    await choice('System').selectOption('unrolled');
    await expect.poll(() => alert.innerText()).toMatch('takes no penalty');
    expect(trouble).toEqual([]);
  });
});
