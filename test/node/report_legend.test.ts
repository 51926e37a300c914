import { chromium as browser } from 'playwright';
import { expect, it } from 'vitest';
import { renderReport } from '../../src/node/report/report.js';
import { findGPU } from '../setup/gpu.js';

const { chromium } = findGPU();
const NAMES = Array.from('abcdefghij');

/** Reads the line of each name in the legend; it is a program of the page. */
const READ_LEGEND = `[...document.querySelectorAll('.u-series:not(:first-child):not(.raw)')].map((one) => {
  const { borderBottomStyle, borderBottomColor } = getComputedStyle(one.querySelector('.u-marker'));
  return [one.querySelector('.u-label').textContent, borderBottomStyle, borderBottomColor];
})`;

it.skipIf(chromium === undefined)(
  'the legend of a chart tells lines of one colour apart, as the chart does',
  { timeout: 60_000 },
  async () => {
    const series = NAMES.map((name, i) => ({ name, x: [0, 1], y: [i, i + 1] }));
    const html = renderReport({
      title: 'Ten lines',
      curves: [{ title: 'Lines', xLabel: 'x', yLabel: 'y', series }],
    });
    const page = await browser.launch({ executablePath: chromium!, args: ['--no-sandbox'] });
    try {
      const tab = await page.newPage();
      const problems: string[] = [];
      tab.on('pageerror', (error) => problems.push(String(error)));
      await tab.setContent(html);
      await tab.locator('.u-legend').waitFor();
      const legend = await tab.evaluate<[string, string, string][]>(READ_LEGEND);
      expect(problems).toEqual([]);
      expect(legend.map(([name]) => name)).toEqual(NAMES);
      expect(legend.map(([, style]) => style)).toEqual(
        NAMES.map((_, i) => (i < 8 ? 'solid' : 'dashed')),
      );
      const colours = legend.map(([, , colour]) => colour);
      expect(new Set(colours.slice(0, 8)).size).toBe(8);
      expect(colours.slice(8)).toEqual(colours.slice(0, 2));
    } finally {
      await page.close();
    }
  },
);
