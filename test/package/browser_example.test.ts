import { mkdirSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { chromium } from 'playwright';
import type { Browser, Page } from 'playwright';
import { preview } from 'vite-8';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { findChromium } from '../setup/gpu.js';
import { trouble, watchedContext } from '../site/watched_context.js';
import { copyExample, needs } from './copied_example.js';
import { run } from './installation.js';

const installed = inject('installed');
const folder = copyExample(installed, 'browser');
const executablePath = findChromium();
/** Milliseconds, for a machine that does other things besides. */
const PATIENCE = 60_000;

/** Makes a program of the page that does something with the store, and returns what comes of it. */
const inStore = (request: string, then = ''): string => `new Promise((resolve, reject) => {
  const opening = indexedDB.open('flowers');
  opening.onsuccess = () => {
    const store = opening.result.transaction('checkpoints', 'readwrite').objectStore('checkpoints');
    const request = store.${request};
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  };
})${then}`;
const DIGEST = inStore(
  "get('flowers')",
  ".then((bytes) => crypto.subtle.digest('SHA-256', bytes)).then((d) => new Uint8Array(d).join())",
);
const SPOIL = inStore("put(new Uint8Array(9), 'flowers')");

/** Returns how many colours the page's canvas has; it is a program of the page. */
const COLOURS = `(() => {
  const { width, height } = document.querySelector('canvas');
  const copy = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  copy.drawImage(document.querySelector('canvas'), 0, 0);
  return new Set(new Uint32Array(copy.getImageData(0, 0, width, height).data.buffer)).size;
})()`;

interface Told {
  readonly step: number;
  /** The step of the checkpoint. */
  readonly kept: number;
}

/** What the page says of itself. */
async function told(page: Page): Promise<Told> {
  const text = await page.getByRole('status').innerText();
  const [, step, kept] = /^Step (\d+) of \d+; kept: step (\d+)$/.exec(text) ?? [];
  return { step: Number(step), kept: Number(kept) };
}
const until = (page: Page, wanted: (now: Told) => boolean): Promise<void> =>
  expect
    .poll(() => told(page), { timeout: PATIENCE, interval: 50 })
    .toSatisfy(wanted) as Promise<void>;

const says = (page: Page, what: RegExp): Promise<void> =>
  expect
    .poll(() => page.getByRole('status').innerText(), { timeout: PATIENCE, interval: 50 })
    .toMatch(what);

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

/** Trains from where the page is up to a step. */
async function trainTo(page: Page, address: string, step: number, name: string): Promise<void> {
  await page.goto(`${address}?steps=${step}`);
  await button(page, name).click();
  await until(page, (now) => now.kept === step);
}

describe('the example for pages, copied from the package', () => {
  let browser: Browser | undefined;
  let address: string;
  let stop: () => Promise<void> = async () => {};
  const newPage = async (): Promise<Page> =>
    (await watchedContext(browser!, { width: 800, height: 600 }, 'light', address)).newPage();

  beforeAll(async () => {
    mkdirSync(join(folder, 'node_modules'));
    for (const [name, here] of [
      ['vite', 'vite-8'],
      ['typescript', 'typescript'],
    ])
      symlinkSync(resolve('node_modules', here!), join(folder, 'node_modules', name!));
    if (executablePath !== undefined)
      browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  });
  afterAll(async () => {
    await browser?.close();
    await stop();
  });

  it('asks for what it needs, in the ranges of the package', () => {
    const { asked, needed } = needs(installed, folder);
    expect(asked).toEqual(needed);
  });

  it('has no type error, and is built', () => {
    run(folder, 'node', 'node_modules/typescript/bin/tsc');
    run(folder, 'node', 'node_modules/vite/bin/vite.js', 'build');
  });

  it.skipIf(executablePath === undefined)(
    'goes on after reloads to the bits of a page that never stopped',
    async () => {
      const server = await preview({ root: folder, preview: { port: 0, host: '127.0.0.1' } });
      stop = () => server.close();
      address = server.resolvedUrls!.local[0]!;
      const page = await newPage();
      await page.goto(address);
      await button(page, 'Train').click();
      await until(page, ({ kept }) => kept > 0);
      expect(await page.locator('#backend').innerText()).toMatch(
        /^Computes on wasm \(WebAssembly SIMD, \d threads\)\.$/,
      );
      expect(await page.evaluate('crossOriginIsolated')).toBe(true);

      await page.reload(); // in the middle of a step
      await button(page, 'Go on').click();
      await until(page, ({ kept }) => kept > 0);
      const { kept } = await told(page);
      expect(kept % 25).toBe(0);
      await until(page, ({ step }) => step > kept);
      await button(page, 'Pause').click();
      await until(page, (now) => now.kept > kept && now.step === now.kept);
      const paused = await told(page);
      await page.reload();
      await until(page, ({ step }) => step > 0);
      expect(await told(page)).toEqual(paused);

      const end = paused.step + 5;
      await trainTo(page, address, end, 'Go on');
      expect(await page.evaluate(COLOURS)).toBeGreaterThan(100);
      const whole = await newPage();
      await trainTo(whole, address, end, 'Train');
      expect(await page.evaluate(DIGEST)).toBe(await whole.evaluate(DIGEST));
      expect(trouble).toEqual([]);
      await whole.close();

      const second = await page.context().newPage();
      await second.goto(address);
      await says(second, /^Open in another tab/);
      await page.close();
      await until(second, ({ step }) => step === end);
      await second.evaluate(SPOIL);
      await second.reload();
      await says(second, /^GanKitError: decodeSafetensors/);
      await button(second, 'Start anew').click();
      await until(second, ({ step, kept }) => step === 0 && kept === 0);
      expect(trouble).toEqual([]);
    },
  );
});
