import { AxeBuilder } from '@axe-core/playwright';
import { chromium } from 'playwright';
import type { Browser, BrowserContext, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { findChromium } from '../setup/gpu.js';
import { builtPages, samplePages } from './built_pages.js';

const site = inject('site');
const executablePath = findChromium();
const BUILT_PAGES = builtPages();
/** One of each kind: on these, both themes are looked at in both widths. */
const TEMPLATES = [
  '/',
  '/guide/gan-additions',
  '/guide/results',
  '/papers/cyclegan',
  '/api/',
  '/api/losses/',
  '/api/penalties/classes/GradientPenalty',
  '/api/training/functions/createGAN',
  '/playground/',
];
const PAGES = [...new Set([...samplePages(BUILT_PAGES.values()), ...TEMPLATES])];
const WIDE = { width: 1280, height: 900 };
const PHONE = { width: 375, height: 800 };
const [LIGHT, DARK] = ['light', 'dark'] as const;

let browser: Browser;
const trouble: string[] = [];

/** Opens a window, and notes whatever a page complains of or asks another host for. */
async function open(viewport: typeof WIDE, colorScheme: 'light' | 'dark'): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport, colorScheme, reducedMotion: 'reduce' });
  context.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(site) && !url.startsWith('data:') && !url.startsWith('blob:'))
      trouble.push(`asks ${url}`);
  });
  context.on('response', (response) => {
    if (response.status() >= 400) trouble.push(`${response.status()} ${response.url()}`);
  });
  context.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) trouble.push(message.text());
  });
  context.on('weberror', (error) => trouble.push(error.error().message));
  return context;
}

/** What axe finds on a page. */
async function violations(page: Page, ...without: string[]): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).disableRules(without).analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} at ${target.join(' ')}: ${failureSummary}`),
  );
}

const overhang = (page: Page): Promise<number> =>
  page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');

describe.skipIf(executablePath === undefined)('in Chromium', () => {
  const contexts = new Map<string, Page>();

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: executablePath!, args: ['--no-sandbox'] });
    for (const theme of [LIGHT, DARK])
      for (const viewport of [WIDE, PHONE])
        contexts.set(`${theme} ${viewport.width}`, await (await open(viewport, theme)).newPage());
  });
  afterAll(() => browser.close());

  async function visit(window: string, address: string): Promise<Page> {
    const page = contexts.get(window)!;
    trouble.length = 0;
    await page.goto(site + address);
    await page.waitForFunction("document.querySelector('#app')?.__vue_app__ !== undefined"); // it is alive
    return page;
  }

  it.each(PAGES.map((address, k) => [address, k] as const))('%s', async (address, k) => {
    const both = ['light 1280', 'dark 375'];
    const isMade = address.startsWith('/api/');
    const windows = isMade ? [both[k % 2]!] : both;
    if (TEMPLATES.includes(address)) windows.splice(0, 2, ...both, 'light 375', 'dark 1280');
    for (const window of windows) {
      const page = await visit(window, address);
      expect(await violations(page), window).toEqual([]);
      expect(await overhang(page), `${window}: pixels that stand out`).toBe(0);
      expect(trouble, window).toEqual([]);
    }
  });

  it('finds words without a server', async () => {
    const page = await visit('light 1280', '/');
    await page.keyboard.press('Control+k');
    await page.getByRole('searchbox').fill('spectral normalization');
    const first = page.locator('#localsearch-list a').first();
    await first.waitFor();
    expect(await first.textContent()).toMatch(/spectral/i);
    // the options of VitePress' list are links, too
    expect(await violations(page, 'nested-interactive')).toEqual([]);
    await page.keyboard.press('Enter');
    await page.waitForURL((url) => url.pathname !== '/');
    expect(trouble).toEqual([]);
  });

  it('gives an isolated page to the playground', async () => {
    const page = await visit('light 1280', '/playground/');
    expect(await page.evaluate('crossOriginIsolated')).toBe(true);
  });
});
