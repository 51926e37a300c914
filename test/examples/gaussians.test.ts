import { decode } from 'fast-png';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { train } from '../../examples/gaussians/experiment.js';
import { drawPoints, MIXTURES } from '../../examples/gaussians/mixtures.js';
import type { Point } from '../../examples/gaussians/mixtures.js';
import { quality } from '../../examples/gaussians/quality.js';
import { scatter } from '../../examples/gaussians/scatter.js';
import { SYSTEMS } from '../../examples/gaussians/systems.js';
import { readOptions } from '../../examples/gaussians/options.js';
import { encodePNG } from '../../src/node/images/png.js';
import { useBackend } from '../helpers/backends.js';
import { points as drawn, readReport } from '../helpers/report_page.js';
import { refusal } from '../helpers/refusal.js';

const points = (...list: Point[]) => Float32Array.from(list.flat());

describe('the quality of samples', () => {
  const mixture = {
    name: 'two',
    means: [
      [0, 0],
      [4, 0],
    ] as Point[],
    sigma: 0.5,
    extent: 5,
  };

  it('counts within three sigma of the nearest mode', async () => {
    const samples = points([0, 0], [1.4, 0], [0, -1.6], [4, 1.4], [2, 0]);
    const found = await quality(samples, mixture);
    expect(found.shares).toBeAllclose([2 / 3, 1 / 3]);
    expect(found.modes).toBe(2);
    expect(found.highQuality).toBeCloseTo(3 / 5, 12);
    // Σ p log(2p) of (2/3, 1/3)
    expect(found.reverseKL).toBeCloseTo((2 * Math.log(4 / 3) + Math.log(2 / 3)) / 3, 12);
  });

  it('misses a mode without a good sample, and every mode far away', async () => {
    expect(await quality(points([0, 0], [4, 1.6]), mixture)).toMatchObject({
      modes: 1,
      highQuality: 0.5,
    });
    expect((await quality(points([0, 0]), mixture)).reverseKL).toBeCloseTo(Math.log(2), 12);
    const lost = await quality(points([9, 9], [NaN, 0]), mixture);
    expect(lost).toMatchObject({ modes: 0, highQuality: 0, reverseKL: Infinity });
  });

  it.each([
    ['ring', 8, 100, 2 * Math.sin(Math.PI / 8)],
    ['grid', 25, 40, 1],
  ] as const)('of the %s itself is 98.9 %%', async (name, modes, ratio, spacing) => {
    const { means, sigma } = MIXTURES[name];
    await useBackend('wasm');
    const points = await drawPoints(MIXTURES[name], 20_000, 3);
    const found = await quality(points, MIXTURES[name]);
    expect(found.modes).toBe(modes);
    expect(found.highQuality).toBeCloseTo(1 - Math.exp(-4.5), 2);
    expect(found.reverseKL).toBeLessThan(1e-4);
    // all modes are different, and as far from each other as in the papers
    const distances = means.flatMap(([x, y], i) =>
      means.slice(i + 1).map(([u, v]) => Math.hypot(x - u, y - v)),
    );
    const radius = Math.SQRT2;
    const unit = name === 'ring' ? radius : 1 / Math.SQRT2;
    expect(Math.min(...distances)).toBeCloseTo(spacing * unit, 6);
    expect(unit / sigma).toBeCloseTo(ratio, 6);
  });
});

it('the scatter plot has a dot where a sample is and nowhere else', () => {
  const mixture = { name: 'one', means: [[-1, 0]] as Point[], sigma: 0.01, extent: 2 };
  const empty = scatter([[{ step: 0, samples: points() }]], mixture);
  const dotted = scatter([[{ step: 0, samples: points([1, 1], [3, 0]) }]], mixture);
  const { width, height, data } = dotted;
  const changed: Point[] = [];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const at = 3 * (y * width + x);
      if (data[at] !== empty.data[at]) changed.push([x, y]);
    }
  expect(changed.length).toBeGreaterThan(0);
  for (const [x, y] of changed) {
    expect(Math.abs(x - 0.75 * width)).toBeLessThanOrEqual(1);
    expect(Math.abs(y - 0.25 * height)).toBeLessThanOrEqual(1);
  }
});

describe('a run', () => {
  beforeAll(() => useBackend('wasm'));

  it('is a pure function of its setting', async () => {
    const setting = { data: 'ring', system: 'wgan-gp', seed: 4, steps: 3 } as const;
    const [first, second] = [await train(setting), await train(setting)];
    const other = await train({ ...setting, seed: 5 });
    const packed = await train({ ...setting, packing: 2 });
    const ending = ({ milestones }: typeof first) => milestones.at(-1)!.samples;
    expect(first.milestones).toEqual(second.milestones);
    expect(first.losses).toEqual(second.losses);
    for (const { milestones, losses } of [other, packed]) {
      expect(milestones.at(-1)!.samples).not.toEqual(ending(first));
      expect(losses).not.toEqual(first.losses);
    }
    expect(ending(first)).not.toEqual(first.milestones[0]!.samples);
  });

  it.each(SYSTEMS)('trains %s', async (system) => {
    const { milestones, losses } = await train({ data: 'grid', system, seed: 0, steps: 2 });
    expect(milestones.at(-1)!.step).toBe(2);
    expect(milestones.at(-1)!.samples.every(Number.isFinite)).toBe(true);
    const penalized = system === 'wgan-gp' || system === 'dragan';
    expect(losses[0]!.penalty !== undefined).toBe(penalized);
  });

  it('of WGAN-GP learns: 600 steps move samples to the ring', { timeout: 240_000 }, async () => {
    const { milestones } = await train({ data: 'ring', system: 'wgan-gp', seed: 0, steps: 600 });
    expect(milestones[0]!.highQuality).toBeLessThan(0.02);
    expect(milestones.at(-1)!.modes).toBe(8);
    expect(milestones.at(-1)!.highQuality).toBeGreaterThan(0.3);
  });
});

describe('the program', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gan-kit-gaussians-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Runs it to its end; what it printed on both streams. */
  async function run(...args: string[]): Promise<{ code: number; said: string }> {
    return runProgram('main', ...args);
  }

  async function runProgram(name: string, ...args: string[]) {
    const all = ['--import', 'tsx', `examples/gaussians/${name}.ts`, ...args];
    const child = spawn(process.execPath, all, { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number];
    return { code, said };
  }

  it('ends with numbers, a picture and a report', { timeout: 120_000 }, async () => {
    const { code, said } = await run(
      ...['--data', 'grid', '--packing', '2', '--steps', '4', '--backend', 'wasm', '--out', folder],
    );
    expect(code).toBe(0);
    // a run follows from its setting to the last bit: this is the same one
    const setting = { data: 'grid', system: 'wgan-gp', seed: 0, steps: 4, packing: 2 } as const;
    await useBackend('wasm');
    const { milestones, losses } = await train(setting);
    const { modes, highQuality, reverseKL } = milestones.at(-1)!;
    const share = `${(100 * highQuality).toFixed(1)} %`;
    const value = (name: string) => new RegExp(`^${name} +(.*)$`, 'm').exec(said)?.[1];
    expect(value('modes')).toBe(`${modes} of 25`);
    expect(value('high quality')).toBe(`${share} (a Gaussian itself: 98.9 %)`);
    expect(value('reverse KL')).toBe(reverseKL.toFixed(4));
    expect(said).toMatch(/4\/4 \| D -?\d+\.\d{3} \| G -?\d+\.\d{3} \| 0 s left/);

    const picture = decode(readFileSync(join(folder, 'samples.png')));
    const expected = scatter([milestones], MIXTURES.grid);
    expect([picture.width, picture.height, picture.channels]).toEqual([
      ...[expected.width, expected.height, expected.channels],
    ]);
    expect(Buffer.compare(Buffer.from(picture.data.buffer), Buffer.from(expected.data))).toBe(0);

    const page = readReport(join(folder, 'report.html'));
    expect(page.summary).toEqual({
      Modes: `${modes} of 25`,
      'High quality': share,
      'Reverse KL': reverseKL.toFixed(4),
    });
    expect(page.pictures.map(({ png }) => png)).toEqual(
      milestones.map((one) => Buffer.from(encodePNG(scatter([[one]], MIXTURES.grid)))),
    );
    expect(page.curves['Losses']!['discriminator']).toEqual(
      drawn(
        losses.map(({ step }) => step),
        losses.map(({ discriminator }) => discriminator),
      ),
    );
  });

  it(
    'its table has mean and deviation over the seeds, and goes on',
    { timeout: 120_000 },
    async () => {
      const ending = (seed: number) => {
        const [modes, highQuality, reverseKL] = seed === 0 ? [8, 0.5, 0.25] : [5, 0.25, 0.75];
        const panels = [0, 1, 2, 3].map((step) => ({ step, samples: [0.5, 0.25] }));
        return { modes, highQuality, reverseKL, seconds: 1, cpuSeconds: 3 + seed, panels };
      };
      for (const seed of [0, 1])
        writeFileSync(join(folder, `ring-20-wgan-${seed}.json`), JSON.stringify(ending(seed)));
      const args = ['--systems', 'wgan', '--steps', '20', '--seeds', '0,1', '--out', folder];
      const { code, said } = await runProgram('table', ...args);
      expect(code).toBe(0);
      const rows = said.split('\n').filter((line) => line.startsWith('|'));
      expect(rows.map((row) => row.slice(2, -2).split(' | '))).toEqual([
        ['system', 'modes', 'high quality', 'reverse KL', 'D steps', 'CPU seconds'],
        Array(6).fill('---'),
        ['wgan', '6.5 ± 2.1 of 8', '37.5 ± 17.7 %', '0.500 ± 0.354', '100', '4 ± 1'],
      ]);
      const picture = decode(readFileSync(join(folder, 'ring.png')));
      const panels = [0, 1, 2, 3].map((step) => ({ step, samples: points([0.5, 0.25]) }));
      expect(Array.from(picture.data)).toEqual(Array.from(scatter([panels], MIXTURES.ring).data));
    },
  );

  it.each([
    [['--data', 'spiral'], /--data must be one of ring, grid/],
    [['--steps', '0'], /--steps must be an integer >= 1/],
  ])('refuses %o', (args, message) => {
    const { said, code } = refusal(readOptions, args);
    expect(code).toBe(2);
    expect(said).toMatch(message);
  });
});
