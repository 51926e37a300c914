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

interface Drawing {
  readonly width: number;
  /** The opacity of each pixel. */
  readonly ink: readonly number[];
}

/** Reads the page's canvas; it is a program of the page. */
const READ_CANVAS = `(() => {
  const canvas = document.querySelector('canvas');
  const { width, height } = canvas;
  const { data } = canvas.getContext('2d').getImageData(0, 0, width, height);
  return { width, ink: Array.from({ length: width * height }, (_, i) => data[4 * i + 3] / 255) };
})()`;

/** How many pixels are drawn within 0.2 of each mode of the ring, in a plane of four by four; and elsewhere. */
function inkByMode({ width, ink }: Drawing): [number[], number] {
  const near = Array<number>(8).fill(0);
  let elsewhere = 0;
  ink.forEach((share, i) => {
    const x = ((i % width) + 0.5) * (4 / width) - 2;
    const y = 2 - (Math.floor(i / width) + 0.5) * (4 / width);
    const mode = Math.round((Math.atan2(y, x) * 8) / (2 * Math.PI) + 8) % 8;
    const angle = (2 * Math.PI * mode) / 8;
    const away = Math.hypot(x - Math.SQRT2 * Math.cos(angle), y - Math.SQRT2 * Math.sin(angle));
    if (away <= 0.2) near[mode] = near[mode]! + share;
    else elsewhere += share;
  });
  return [near, elsewhere];
}

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
      await tab.goto(`${server.resolvedUrls!.local[0]!}?steps=1000`);
      const status = tab.locator('#status', { hasText: /^(trained|.*Error)/ });
      await status.waitFor({ timeout: 240_000 });
      const said = /^trained on \w+: (\d) of 8 modes, (\d+\.\d) % of the samples near one$/.exec(
        (await status.textContent())!,
      );
      expect(Number(said?.[1])).toBe(8);
      expect(problems).toEqual([]);
      // what is drawn: dots around each of the eight modes, and fewer elsewhere, which is 94 % of the plane
      const [near, elsewhere] = inkByMode(await tab.evaluate<Drawing>(READ_CANVAS));
      expect(Math.min(...near)).toBeGreaterThan(20);
      const all = near.reduce((sum, ink) => sum + ink, 0) + elsewhere;
      expect(elsewhere / all).toBeLessThan(0.5);
    } finally {
      await page.close();
      await server.close();
    }
  });
});
