import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { chromium } from 'playwright';
import type { Browser, Response } from 'playwright';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { findChromium } from '../setup/gpu.js';
import { BUILT, fileOf } from './built_site.js';
import { trouble, watchedContext } from './watched_context.js';

const site = inject('site');
const executablePath = findChromium();
/** Bytes, compressed, that a page may load before data and models. */
const BUDGET = 1_500_000;
/** What a visitor may open first: the largest page of each kind, and those that start a backend in a worker. */
const FIRST = ['/', '/guide/results', '/api/training/functions/createGAN'];
const STARTED: Readonly<Record<string, string>> = {
  '/playground/mixtures?backend=wasm': 'step 0',
  '/playground/critic?backends=wasm,cpu': 'layers.',
  '/playground/digits?backend=wasm': 'Step 0',
  '/playground/translate?backend=wasm': 'Translated in',
};
/** What is learnt from, the classifier that scores, and generators. */
const IS_DATA = /\/mnist\/|\.safetensors$/;
/** What hosts compress; pictures and fonts are compressed already. */
const IS_TEXT = /\b(html|javascript|css|json|svg|wasm)\b/;

/** The bytes of a file of the site, whose response is gone where a worker has ended. */
function bytesOf(response: Response): number {
  if (!response.url().startsWith(site)) return 0; // a blob, made of what was loaded
  const body = readFileSync(join(BUILT, fileOf(new URL(response.url()).pathname)));
  const type = response.headers()['content-type'] ?? '';
  return IS_TEXT.test(type) ? gzipSync(body).length : body.length;
}

describe.skipIf(executablePath === undefined)('the first load', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: executablePath!, args: ['--no-sandbox'] });
  });
  afterAll(() => browser.close());

  it.each([...FIRST, ...Object.keys(STARTED)])('of %s is within its budget', async (address) => {
    trouble.length = 0;
    const context = await watchedContext(browser, { width: 1280, height: 900 }, 'light', site);
    const loaded: number[] = [];
    context.on('response', (response) => {
      if (!IS_DATA.test(response.url())) loaded.push(bytesOf(response));
    });
    const page = await context.newPage();
    await page.goto(site + address, { waitUntil: 'networkidle' });
    const text = STARTED[address];
    if (text !== undefined) await page.getByText(text).first().waitFor();
    const bytes = loaded.reduce((sum, size) => sum + size, 0);
    expect(bytes).toBeGreaterThan(10_000); // it loaded something
    expect(bytes).toBeLessThan(BUDGET);
    expect(trouble).toEqual([]);
    await context.close();
  });
});
