import { AxeBuilder } from '@axe-core/playwright';
import { chromium } from 'playwright';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { findChromium } from '../setup/gpu.js';
import { builtPages, samplePages } from './built_pages.js';
import { trouble, watchedContext } from './watched_context.js';

const site = inject('site');
const executablePath = findChromium();
const BUILT_PAGES = builtPages();
/** One of each kind. */
const TEMPLATES = [
  '/',
  '/guide/quick-start',
  '/guide/results',
  '/papers/cyclegan',
  '/api/',
  '/api/losses/',
  '/api/penalties/classes/GradientPenalty',
  '/api/training/functions/createGAN',
  '/playground/',
  '/playground/mixtures',
  '/playground/digits',
  '/playground/translate',
];
const PAGES = [...new Set([...samplePages(BUILT_PAGES.values()), ...TEMPLATES])];
/** The pages that axe looks at, three to ten seconds each: of each kind one, or all of them by `SITE_PAGES=all`. */
const CHECKED = process.env['SITE_PAGES'] === 'all' ? PAGES : TEMPLATES;
const WIDE = { width: 1280, height: 900 };
const PHONE = { width: 375, height: 800 };
const [LIGHT, DARK] = ['light', 'dark'] as const;

let browser: Browser;
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
        contexts.set(
          `${theme} ${viewport.width}`,
          await (await watchedContext(browser, viewport, theme, site)).newPage(),
        );
  });
  afterAll(() => browser.close());

  async function visit(window: string, address: string): Promise<Page> {
    const page = contexts.get(window)!;
    trouble.length = 0;
    await page.goto(site + address);
    await page.waitForFunction("document.querySelector('#app')?.__vue_app__ !== undefined"); // it is alive
    if (/^\/playground\/./.test(address))
      await page.locator('.playground button').first().waitFor();
    return page;
  }

  it.each(CHECKED)('%s', async (address) => {
    for (const window of ['light 1280', 'dark 375']) {
      const page = await visit(window, address);
      expect(await violations(page), window).toEqual([]);
      expect(await overhang(page), `${window}: pixels that stand out`).toBe(0);
      expect(trouble, window).toEqual([]);
    }
  });

  it('has pages that fit a phone and complain of nothing', async () => {
    for (const address of PAGES.filter((one) => !one.startsWith('/api/'))) {
      const page = await visit('dark 375', address);
      expect(await overhang(page), `${address}: pixels that stand out`).toBe(0);
      expect(trouble, address).toEqual([]);
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
