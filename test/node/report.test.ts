import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Script } from 'node:vm';
import { afterAll, describe, expect, it } from 'vitest';
import { GanKitError } from '../../src/errors.js';
import { encodePNG } from '../../src/node/images/png.js';
import { renderReport, writeReport } from '../../src/node/report/report.js';
import type { RunReport } from '../../src/node/report/run_report.js';

const folder = mkdtempSync(join(tmpdir(), 'gan-kit-report-'));
afterAll(() => rmSync(folder, { recursive: true }));

const picture = (grey: number) =>
  encodePNG({ width: 30, height: 20, channels: 1, data: new Uint8Array(600).fill(grey) });
const full: RunReport = {
  title: 'SN-DCGAN on MNIST',
  subtitle: '2,400 steps',
  summary: [
    { label: 'Score', value: '9.02 ± 0.05', note: 'of 9.9' },
    { label: 'Distance', value: 12.3456 },
  ],
  curves: [
    {
      title: 'Losses',
      xLabel: 'step',
      yLabel: 'loss',
      series: [
        { name: 'discriminator', x: [1, 2, 3], y: [0.5, null, 1 / 3] },
        { name: 'generator', x: [1, 2, 3], y: [NaN, -0.25, Infinity] },
        { name: 'score', x: [3, 1, 3], y: [7, 8, 9] },
      ],
    },
    {
      title: 'Norms',
      xLabel: 'step',
      yLabel: 'norm',
      logarithmic: true,
      series: [{ name: 'a', x: [1, 2, 3], y: [10, 0, -1] }],
    },
  ],
  timeline: [
    { caption: 'step 0', png: picture(10) },
    { caption: 'step 300', png: picture(200) },
  ],
  tables: [
    {
      title: 'Digits',
      columns: ['digit', 'share'],
      rows: [
        ['zero', 9.81],
        ['one', '11.2 %'],
        ['all', 2000],
      ],
    },
  ],
  configuration: { loss: 'hinge' },
  notes: ['Scores are of the averaged generator.'],
};

const blocks = (page: string, element: string) =>
  [...page.matchAll(new RegExp(`<${element}([^>]*)>([^]*?)</${element}>`, 'g'))].map(
    ([, attributes, text]) => ({ attributes: attributes!, text: text! }),
  );
const curvesOf = (page: string): unknown =>
  JSON.parse(
    blocks(page, 'script').find(({ attributes }) => attributes.includes('id="curves"'))!.text,
  );

describe('renderReport', () => {
  const page = renderReport(full);

  it('holds the pictures, texts, numbers and options', () => {
    for (const { png } of full.timeline!)
      expect(page).toContain(`data:image/png;base64,${Buffer.from(png).toString('base64')}`);
    for (const text of [
      'SN-DCGAN on MNIST',
      '2,400 steps',
      '9.02 ± 0.05',
      'of 9.9',
      '12.35',
      'Losses',
      'log scale',
      'step 300',
      '2 of 2',
      'Digits',
      'hinge',
      'averaged generator',
    ])
      expect(page).toContain(text);
    // 30 pixels wide, enlarged by the largest whole factor that stays within 480
    expect(page).toMatch(/class="screen pixelated"[^>]*width="480"[^>]*height="320"/);
  });

  it('gives the charts clean, sorted data; series of one x share it', () => {
    expect(curvesOf(page)).toEqual([
      {
        xLabel: 'step',
        yLabel: 'loss',
        logarithmic: false,
        names: ['discriminator', 'generator', 'score'],
        tables: [
          [
            [1, 2, 3],
            [0.5, null, 0.333333],
            [null, -0.25, null],
          ],
          [
            [1, 3],
            [8, 9],
          ],
        ],
      },
      {
        xLabel: 'step',
        yLabel: 'norm',
        logarithmic: true,
        names: ['a'],
        tables: [
          [
            [1, 2, 3],
            [10, null, null],
          ],
        ],
      },
    ]);
  });

  it('aligns columns of numbers, and no others', () => {
    expect(page).toMatch(
      /<th scope="col" class="text">digit<\/th>\s*<th scope="col" class="number">share<\/th>/,
    );
    expect(page).toMatch(/<td class="number">2,000<\/td>/);
  });

  it('asks the network for nothing', () => {
    expect(page).toContain(`content="default-src &#39;none&#39;; img-src data:;`);
    const own = page.replace(/\/\*! https:\/\/github\.com\/leeoniya\/uPlot \(v[\d.]+\) \*\//, '');
    expect(own).not.toMatch(/https?:|@import|url\(|src="(?!data:)|href="(?!data:)/);
  });

  it('has programs that parse, with uPlot among them', () => {
    const programs = blocks(page, 'script').filter(({ attributes }) => attributes === '');
    expect(programs).toHaveLength(2);
    for (const { text } of programs) expect(() => new Script(text)).not.toThrow();
    expect(programs[0]!.text).toContain('var uPlot=');
  });

  it('escapes every text', () => {
    const evil = `</script></style><img src=x onerror="alert('1')">&amp;`;
    const hostile = renderReport({
      title: evil,
      subtitle: evil,
      summary: [{ label: evil, value: evil, note: evil }],
      curves: [
        { title: evil, xLabel: evil, yLabel: evil, series: [{ name: evil, x: [1], y: [1] }] },
      ],
      timeline: [
        { caption: evil, png: picture(0) },
        { caption: evil, png: picture(0) },
      ],
      tables: [{ title: evil, columns: [evil], rows: [[evil]] }],
      configuration: { [evil]: evil },
      notes: [evil],
    });
    expect(hostile).not.toContain('<img src=x');
    expect(
      hostile.match(/&lt;img src=x onerror=&quot;alert\(&#39;1&#39;\)&quot;&gt;&amp;amp;/g)!.length,
    ).toBeGreaterThan(14);
    expect(blocks(hostile, 'script')).toHaveLength(3);
    expect(JSON.stringify(curvesOf(hostile))).toContain('onerror');
  });

  it('renders what an early end left', () => {
    const bare = renderReport({ title: 'Only a title' });
    expect(bare).not.toMatch(/<section|<dl|<img/);
    const one = renderReport({
      title: 'x',
      curves: [{ ...full.curves![0]!, series: [] }],
      timeline: full.timeline!.slice(0, 1),
      tables: [{ title: 't', columns: ['a'], rows: [] }],
    });
    expect(one).not.toContain('class="controls"');
    expect(curvesOf(one)).toEqual([
      { xLabel: 'step', yLabel: 'loss', logarithmic: false, names: [], tables: [] },
    ]);
  });

  it('is the same text for the same report', () => {
    expect(renderReport(structuredClone(full))).toBe(page);
  });
});

describe('writeReport', () => {
  it('writes the page', async () => {
    const path = join(folder, 'runs', 'report.html');
    await writeReport(path, full);
    expect(readFileSync(path, 'utf8')).toBe(renderReport(full));
    expect(readdirSync(join(folder, 'runs'))).toEqual(['report.html']);
  });

  it('refuses bad input and writes nothing', async () => {
    await expect(writeReport('', full)).rejects.toThrow(/writeReport: `path` must be a path/);
    await expect(writeReport(join(folder, 'bad.html'), {} as never)).rejects.toThrow(
      /`report\.title` must be a string/,
    );
    expect(readdirSync(folder)).not.toContain('bad.html');
  });
});

describe('bad input', () => {
  const [curve] = full.curves!;
  const series = { name: 'a', x: [1, 2], y: [1, 2] };
  const cases: [string, object | undefined, RegExp][] = [
    [
      'nothing',
      undefined,
      /renderReport: `report` must be an object with the keys title, .*\. Received: undefined/,
    ],
    ['no title', { title: 3 }, /`report\.title` must be a string\. Received: 3/],
    ['another key', { title: 'x', charts: [] }, /with the keys title, subtitle, summary/],
    ['subtitle', { title: 'x', subtitle: 3 }, /`report\.subtitle` must be a string/],
    ['summary as an object', { title: 'x', summary: {} }, /`report\.summary` must be an array/],
    [
      'a summary value',
      { title: 'x', summary: [{ label: 'a', value: null }] },
      /`report\.summary\[0\]\.value` must be a string or a number\. Received: null/,
    ],
    [
      'a summary key',
      { title: 'x', summary: [{ label: 'a', value: 1, unit: 'm' }] },
      /with the keys label, value, note/,
    ],
    [
      'a curve that is null',
      { title: 'x', curves: [null] },
      /`report\.curves\[0\]` must be an object with the keys title/,
    ],
    [
      'a curve without a label',
      { title: 'x', curves: [{ ...curve, xLabel: undefined }] },
      /`report\.curves\[0\]\.xLabel` must be a string/,
    ],
    [
      'logarithmic',
      { title: 'x', curves: [{ ...curve, logarithmic: 1 }] },
      /`report\.curves\[0\]\.logarithmic` must be true or false/,
    ],
    [
      'x that is not finite',
      { title: 'x', curves: [{ ...curve, series: [{ ...series, x: [1, NaN] }] }] },
      /`report\.curves\[0\]\.series\[0\]\.x\[1\]` must be a finite number/,
    ],
    [
      'y of strings',
      { title: 'x', curves: [{ ...curve, series: [{ ...series, y: [1, '2'] }] }] },
      /`report\.curves\[0\]\.series\[0\]\.y\[1\]` must be a number or null/,
    ],
    [
      'x and y of two lengths',
      { title: 'x', curves: [{ ...curve, series: [{ ...series, y: [1] }] }] },
      /\.y` must be of the 2 points of x\. Received: 1/,
    ],
    [
      'a picture that is no PNG',
      { title: 'x', timeline: [{ caption: 'a', png: new Uint8Array(99) }] },
      /`report\.timeline\[0\]\.png` must be a PNG file/,
    ],
    [
      'a cut picture',
      { title: 'x', timeline: [{ caption: 'a', png: picture(0).subarray(0, 20) }] },
      /must be a PNG file/,
    ],
    [
      'a row too short',
      { title: 'x', tables: [{ title: 't', columns: ['a', 'b'], rows: [[1]] }] },
      /`report\.tables\[0\]\.rows\[0\]` must be of 2 cells\. Received: 1/,
    ],
    [
      'a cell',
      { title: 'x', tables: [{ title: 't', columns: ['a'], rows: [[{}]] }] },
      /`report\.tables\[0\]\.rows\[0\]\[0\]` must be a string or a number/,
    ],
    [
      'configuration',
      { title: 'x', configuration: { a: 1 } },
      /`report\.configuration\['a'\]` must be a string/,
    ],
    [
      'configuration as a list',
      { title: 'x', configuration: [] },
      /`report\.configuration` must be an object/,
    ],
    ['notes', { title: 'x', notes: 'one' }, /`report\.notes` must be an array/],
  ];
  it.each(cases)('%s', (_, report, message) => {
    expect(() => renderReport(report as never)).toThrow(GanKitError);
    expect(() => renderReport(report as never)).toThrow(message);
  });
});
