import { AxeBuilder } from '@axe-core/playwright';
import { chromium } from 'playwright';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { findChromium } from '../setup/gpu.js';
import { trouble, watchedContext } from './watched_context.js';

const site = inject('site');
const executablePath = findChromium();
/** Milliseconds that a check of a few hundred weights may take on two slow cores. */
const SOON = 25_000;

describe.skipIf(executablePath === undefined)('the page that checks critics', () => {
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: executablePath!, args: ['--no-sandbox'] });
    const context = await watchedContext(browser, { width: 375, height: 800 }, 'light', site);
    page = await context.newPage();
    page.setDefaultTimeout(SOON);
    await page.goto(`${site}/playground/critic?example=fault&backends=wasm,cpu&stock=true`);
    await page.getByText('Sequential “class_critic”, 2 layers.').waitFor();
  });
  afterAll(() => browser.close());

  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const cells = async (row: RegExp): Promise<string[]> =>
    (await page.getByRole('row', { name: row }).getByRole('cell').allTextContents()).map((cell) =>
      cell.trim().replace(/\s+/g, ' '),
    );

  it('names the layer with a fault, on each backend and beside TensorFlow.js alone, and says what to do', async () => {
    await button('Check').click();
    await page.getByText('Done: not right in 4 of 4 checks.').waitFor();
    const right = expect.stringMatching(/^✓ right, \de-\d$/) as string;
    const wrong = expect.stringMatching(/^✗ wrong, \de-\d$/) as string;
    const ours = [right, right];
    expect(await cells(/^hidden/)).toEqual([...ours, right, wrong, ...ours, right, wrong]);
    expect(await cells(/^classes/)).toEqual(Array(4).fill([right, wrong]).flat());
    const advice = page.getByRole('region', { name: 'What to do' });
    expect(await advice.textContent()).toContain('Wrong on wasm and cpu: classes, a Dense');
    for (const link of await advice.getByRole('link').all()) {
      const { href, hash } = new URL((await link.getAttribute('href'))!, site);
      const answer = await page.request.get(href);
      expect(answer.status(), href).toBe(200);
      if (hash !== '') expect(await answer.text()).toContain(`id="${hash.slice(1)}"`);
    }
  });

  it('is sound for screen readers, and stays in its width', async () => {
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
    const overhang = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
    expect(await page.evaluate(overhang)).toBe(0);
  });

  it('refuses what it does not know, as data', async () => {
    const text = {
      class_name: 'Sequential',
      config: {
        layers: [{ class_name: 'Lambda', config: { name: 'code', batch_input_shape: [null, 2] } }],
      },
    };
    await page.getByLabel(/^Layers model as JSON/).fill(JSON.stringify(text));
    await button('Check').click();
    const alert = page.getByRole('alert');
    await alert.waitFor();
    expect(await alert.textContent()).toContain('has Lambda (in the layer “code”)');
    await page.getByLabel(/^Layers model as JSON/).fill('{');
    await button('Check').click();
    expect(await alert.textContent()).toContain('The text is not JSON');
  });

  it('stops a check', async () => {
    await page.getByLabel('Example').selectOption('dcgan');
    await page.getByText('Sequential “discriminator”').waitFor();
    await page.getByLabel('wasm').uncheck();
    await button('Check').click();
    await page.getByText('Checks on cpu, 1 of 2.').waitFor();
    await button('Stop').click();
    await page.getByText('Stopped.').waitFor();
    expect(await button('Check').isEnabled()).toBe(true);
  });

  it('asks no other host and has no error', () => {
    expect(trouble).toEqual([]);
  });
});
