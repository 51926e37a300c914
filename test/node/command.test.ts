import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { decodeStatisticsNPZ } from '../../src/metrics/gaussian/statistics_npz.js';
import { evaluate, EVALUATE_HELP } from '../../src/node/command/evaluate.js';
import { savePNG } from '../../src/node/images/png.js';
import { useBackend } from '../helpers/backends.js';

const root = mkdtempSync(join(tmpdir(), 'gan-kit-command-'));
afterAll(() => rmSync(root, { recursive: true }));
const path = (...names: string[]) => join(root, ...names);

describe('gan-kit evaluate', () => {
  beforeAll(async () => {
    await useBackend('cpu');
    for (const [folder, step] of [
      ['real', 7],
      ['fake', 11],
      ['broken', 13],
    ] as const)
      for (let i = 0; i < 6; i++) {
        const data = Uint8Array.from({ length: 48 }, (_, k) => (k * k * step + 31 * i * i) % 256);
        await savePNG(path(folder, `${i}.png`), { width: 4, height: 4, channels: 3, data });
      }
    writeFileSync(path('broken', '2.png'), 'not a PNG');
    for (const name of ['a.webp', 'b.WEBP', 'c.gif']) writeFileSync(path('fake', name), '');
    const head = "import { mean, softmax, tidy } from '@tensorflow/tfjs-core';";
    const modules = {
      colours: 'export default (images) => mean(images, [1, 2]);',
      probabilities: `export default (images) => tidy(() => {
        const features = mean(images, [1, 2]);
        return { features, logits: softmax(features) };
      });`,
      silent: 'export default () => {};',
    };
    for (const [name, body] of Object.entries(modules))
      writeFileSync(path(`${name}.mjs`), `${head}\n${body}`);
  });

  let printed: { out: string; err: string };
  beforeEach(() => {
    printed = { out: '', err: '' };
    vi.spyOn(console, 'log').mockImplementation((text) => void (printed.out += `${text}\n`));
    vi.spyOn(console, 'error').mockImplementation((text) => void (printed.err += `${text}\n`));
  });
  afterEach(() => vi.restoreAllMocks());

  const FLAGS: Readonly<Record<string, string | boolean | undefined>> = {
    ...{ real: path('real'), fake: path('fake'), extractor: path('colours.mjs') },
    ...{ backend: 'cpu' },
  };
  const run = (flags: typeof FLAGS = {}) =>
    evaluate(
      Object.entries({ ...FLAGS, ...flags }).flatMap(([flag, value]) =>
        value === undefined ? [] : value === true ? [`--${flag}`] : [`--${flag}`, String(value)],
      ),
    );

  it('says how many files of other kinds it left out', async () => {
    await run();
    expect(printed.out).toMatch(
      /^6 fake images, 6 real images; features: colours\.mjs\npassed over: 2 \.webp \(fake\), 1 \.gif \(fake\)\n\n/,
    );
    await run({ json: '-' });
    const json = printed.out.slice(printed.out.indexOf('{'));
    expect(JSON.parse(json)).toMatchObject({ passedOver: { real: {}, fake: { '.webp': 2 } } });
  });

  it('says the order, what it left out, and what it doubts, in its own words', async () => {
    await run({ extractor: path('probabilities.mjs'), splits: '2', 'subset-size': '7' });
    expect(printed.out).toMatch(/classifier score .* splits 2, order shuffled, seed 0\n/);
    expect(printed.out).toMatch(
      /\n\nleft out: kernel, as --subset-size takes 7 images, and there are 6 fake ones\n/,
    );
    expect(printed.err).toMatch(/warning: the --logits are from 0 to 1 and add up to 1/);
    await run({ extractor: path('probabilities.mjs'), splits: '2', order: 'paths' });
    expect(printed.out).toMatch(/classifier score .* splits 2, order paths\n/);
  });

  it('a file that cannot be read is refused with the flag that passes over it', async () => {
    await expect(run({ fake: path('broken') })).rejects.toThrow(
      /2\.png` must be an image that can be read[^]*or pass --skip-corrupt\.$/,
    );
    await run({ fake: path('broken'), 'skip-corrupt': true });
    expect(printed.err).toMatch(/passed over .*2\.png: /);
    expect(printed.out).toMatch(/^5 fake images/);
  });

  it.each<[Readonly<Record<string, string | undefined>>, RegExp]>([
    [{ metrics: 'fid' }, /^gan-kit evaluate: --metrics must be one of .frechet/],
    [{ extractor: path('silent.mjs') }, /: --extractor must be a function that returns features/],
    [{ extractor: path('none.mjs') }, /: --extractor must be a file that exists/],
    [{ extractor: 'inception' }, /: --weights must be a path/],
    [{ extractor: 'inception', weights: 'none.pth' }, /: --weights must be a file that exists/],
    [{ weights: 'w.pth' }, /: --weights must be left out/],
    [{ layer: 'conv' }, /: --layer must be left out/],
    [{ logits: 'dense' }, /: --logits must be left out/],
    [{ batch: '0' }, /: --batch must be an integer >= 1/],
    [{ batch: 'x' }, /: --batch must be a whole number/],
    [{ channels: '4' }, /: --channels must be 1 or 3/],
    [{ size: '0' }, /: --size must be an integer/],
    [{ range: '1' }, /: --range must be two numbers/],
    [{ order: 'random' }, /: --order must be one of 'shuffled', 'paths'/],
    [{ splits: '0' }, /: --splits must be an integer/],
    [{ subsets: '0' }, /: --subsets must be an integer/],
    [{ 'subset-size': '1' }, /: --subset-size must be an integer/],
    [{ 'subset-size': '7', metrics: 'kernel' }, /--metrics must be .*\n.*--subset-size takes 7/],
    [{ neighbors: '0' }, /: --neighbors must be an integer/],
    [{ 'coverage-neighbors': '0' }, /: --coverage-neighbors must be an integer/],
    [{ real: path('none') }, /: --real must be a folder that exists/],
    [{ real: path('none.npz') }, /: --real must be a file or folder that exists/],
    [{ 'save-stats': 'x.json' }, /: --save-stats must be the path of a file/],
    [{ backend: 'gpu' }, /--backend/],
    [{ threads: '0' }, /: --threads must be/],
  ])('refuses %o by its flag, and names no option of a function', async (flags, message) => {
    const refused = await run(flags).catch((error: unknown) => error);
    expect(refused).toMatchObject({ name: 'GanKitError', where: 'gan-kit evaluate' });
    expect((refused as Error).message).toMatch(message);
    expect((refused as Error).message).not.toMatch(/evaluateFolders|folderImages|`[a-z]+[A-Z]\w*`/);
  });

  it('has a line of help for each flag', () => {
    for (const flag of ['--order', '--save-stats', '--skip-corrupt', '--subset-size'])
      expect(EVALUATE_HELP).toContain(flag);
  });

  it('--save-stats writes what --real takes', async () => {
    await run({ fake: undefined, 'save-stats': path('real.npz') });
    expect(printed.out).toBe('6 real images; features: colours.mjs\n');
    expect(decodeStatisticsNPZ(readFileSync(path('real.npz'))).mean).toHaveLength(3);
    printed.out = '';
    await run({ metrics: 'frechet' });
    const distance = /Fréchet distance .*? +([\d.]+)\n/.exec(printed.out)![1];
    printed.out = '';
    await run({ real: path('real.npz') });
    expect(/Fréchet distance .*? +([\d.]+)\n/.exec(printed.out)![1]).toBe(distance);
    expect(printed.out).toMatch(/^6 fake images; features/);
    expect(printed.out).toMatch(/left out: kernel, as it takes the images of both sides/);
  });
});
