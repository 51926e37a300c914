import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium as browser } from 'playwright';
import { build, preview } from 'vite';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { findGPU } from '../setup/gpu.js';
import { run } from './installation.js';

// The packed library in a bare project, as a user has it.
const folder = join(inject('installed'), 'own_trainer');
const { chromium } = findGPU();

beforeAll(() => cpSync('examples/own_trainer', folder, { recursive: true }));

describe('a trainer of one’s own, from blocks', () => {
  it('is under 60 lines and uses no training system', () => {
    const text = readFileSync(join(folder, 'trainer.js'), 'utf8');
    expect(text.trimEnd().split('\n').length).toBeLessThan(60);
    expect(text).not.toContain('createGAN');
  });

  it('runs in Node, and finds the ring: 8 modes, 9 of 10 samples within 3σ of one', () => {
    const printed = run(folder, 'node', 'node.js');
    expect(printed).toMatch(/^step 2500 of 2500: critic -?\d+\.\d{3}, 0 s left$/m);
    const [, modes, share] = /^after .*: (\d) of 8 modes, (\d+\.\d) % high quality$/m.exec(
      printed,
    )!;
    expect(Number(modes)).toBe(8);
    expect(Number(share)).toBeGreaterThanOrEqual(90);
  });

  it.skipIf(chromium === undefined)('runs on a page that Vite built', async () => {
    await build({ root: folder, logLevel: 'error', build: { target: 'es2022' } });
    const server = await preview({ root: folder, preview: { port: 0, host: '127.0.0.1' } });
    const page = await browser.launch({
      executablePath: chromium!,
      args: ['--no-sandbox', '--disable-background-networking'],
    });
    try {
      const tab = await page.newPage();
      const problems: string[] = [];
      tab.on('pageerror', (error) => problems.push(String(error)));
      await tab.goto(`${server.resolvedUrls!.local[0]!}?steps=50`);
      const status = tab.locator('#status', { hasText: /^(trained|.*Error)/ });
      await status.waitFor({ timeout: 240_000 });
      expect(await status.textContent()).toMatch(
        /^trained on \w+: [0-8] of 8 modes, \d+\.\d % of the samples near one$/,
      );
      expect(problems).toEqual([]);
    } finally {
      await page.close();
      await server.close();
    }
  });
});
