import { memory } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { trainingBatch } from '../../examples/gaussians/mixtures.js';
import { quality } from '../../examples/gaussians/quality.js';
import { buildSystem } from '../../site/playground/mixtures/build_system.js';
import { dataSet } from '../../site/playground/mixtures/data.js';
import { Looker } from '../../site/playground/mixtures/look.js';
import { Series } from '../../site/playground/mixtures/series.js';
import {
  CELLS,
  conflictOf,
  EXTENT,
  PRESETS,
  presetOf,
  queryOf,
  settingsFrom,
  START,
} from '../../site/playground/mixtures/settings.js';
import type { Settings } from '../../site/playground/mixtures/settings.js';
import { useBackend } from '../helpers/backends.js';

beforeAll(() => useBackend('wasm'));

describe('the settings in the address', () => {
  const drawn: Settings = {
    ...START,
    ...PRESETS['SN-GAN'],
    data: 'drawn',
    seed: 12,
    backend: 'cpu',
    drawn: [-1.5, 0.25, 1.123, -0.75],
  };

  it('are read as they were written, and short as long as nothing was changed', () => {
    expect(queryOf(START)).toBe('');
    expect(settingsFrom(queryOf(drawn))).toEqual(drawn);
  });

  it('are those of the start where they are none', () => {
    const text =
      'loss=cube&packing=9&criticSteps=1.5&seed=-1&generatorRate=abc&drawn=99999.1&data=grid';
    expect(settingsFrom(text)).toEqual({ ...START, data: 'grid' });
  });

  it('have the names of the papers', () => {
    expect(presetOf(START)).toBe('WGAN-GP');
    expect(presetOf(drawn)).toBe('SN-GAN');
    expect(presetOf({ ...START, packing: 3 })).toBeUndefined();
  });

  it('say what does not fit', () => {
    expect(conflictOf(drawn)).toBeUndefined();
    expect(conflictOf({ ...drawn, drawn: [] })).toMatch('Draw');
    expect(conflictOf({ ...START, system: 'unrolled' })).toMatch('penalty');
    expect(conflictOf({ ...START, ...PRESETS['Unrolled GAN'], packing: 2 })).toMatch('packs');
    for (const preset of Object.values(PRESETS))
      expect(conflictOf({ ...START, ...preset })).toBeUndefined();
  });
});

describe('the data', () => {
  it('of the swiss roll winds around the origin one and a half times', async () => {
    const { points, mixture } = await dataSet({ ...START, data: 'swiss roll' });
    expect(mixture).toBeUndefined();
    const radii = [...points.filter((_, i) => i % 2 === 0)].map((x, i) =>
      Math.hypot(x, points[2 * i + 1]!),
    );
    // t of 1.5π to 4.5π over 7.5, and four σ of 0.25 over 7.5
    expect(Math.min(...radii)).toBeGreaterThan(0.49);
    expect(Math.max(...radii)).toBeLessThan(2.03);
    const inner = radii.filter((r) => r < (1.5 * Math.PI + 0.5 * Math.PI) / 7.5).length;
    expect(inner / radii.length).toBeCloseTo(1 / 6, 1); // t is uniform
  });

  it('that was drawn is near the points, all alike', async () => {
    const drawn = [0.5, -0.5, 1, 1.5, -1, 0];
    const { points } = await dataSet({ ...START, data: 'drawn', drawn });
    const counts = [0, 0, 0];
    for (let i = 0; i < points.length; i += 2) {
      const distances = [0, 1, 2].map((k) =>
        Math.hypot(points[i]! - drawn[2 * k]!, points[i + 1]! - drawn[2 * k + 1]!),
      );
      const nearest = Math.min(...distances);
      expect(nearest).toBeLessThan(0.12);
      counts[distances.indexOf(nearest)]!++;
    }
    for (const count of counts) expect(count / 20_000).toBeCloseTo(1 / 3, 3);
  });
});

describe.each(Object.entries(PRESETS))('%s', (_, preset) => {
  it('trains and is looked at, and leaves no tensor', async () => {
    const settings = { ...START, ...preset };
    const { points, mixture } = await dataSet(settings);
    const before = memory().numTensors;
    const system = buildSystem(settings);
    const looker = new Looker(system, settings.packing, mixture);
    let generator: number | undefined;
    let [draws, then] = [0, 0];
    for (let moves = 0; moves < 3;) {
      const real = trainingBatch(points, 16 * settings.packing, 0, draws++);
      const losses = await system.trainStep(real);
      real.dispose();
      expect(losses.discriminator).toSatisfy(Number.isFinite);
      if (losses.generator === undefined) continue;
      generator = losses.generator;
      if (++moves === 2) then = memory().numTensors;
    }
    expect(generator).toSatisfy(Number.isFinite);
    const look = await looker.look();
    expect(memory().numTensors).toBe(then);
    expect(look.landscape).toHaveLength(CELLS * CELLS);
    expect(new Set(look.landscape).size).toBeGreaterThan(CELLS);
    for (const values of [look.samples, look.landscape, look.arrows, [look.slope]])
      expect([...values].every(Number.isFinite)).toBe(true);
    expect(look.slope).toBeGreaterThan(0);
    looker.dispose();
    system.dispose();
    expect(memory().numTensors).toBe(before);
  });
});

describe('a look', () => {
  const looked = async (packing: number) => {
    const settings = { ...START, packing };
    const system = buildSystem(settings);
    const look = await new Looker(system, packing, undefined).look();
    return { look, system };
  };

  it('has arrows up the slope of a critic, whose loss falls by what the critic rises', async () => {
    const { look } = await looked(1);
    const { arrows } = look;
    let sum = 0;
    for (let i = 0; i < arrows.length; i += 4) sum += Math.hypot(arrows[i + 2]!, arrows[i + 3]!);
    expect(sum / (arrows.length / 4)).toBeCloseTo(look.slope, 5); // L_G = −E D
    const [x, y, dx, dy] = arrows;
    expect([x, y]).toEqual([look.samples[0], look.samples[1]]);
    // further along the arrow the nearest cells are higher
    const cell = (value: number) => Math.floor(((value / EXTENT + 1) / 2) * CELLS);
    const outputAt = (px: number, py: number) => look.landscape[cell(-py) * CELLS + cell(px)]!;
    const far = 0.4 / Math.hypot(dx!, dy!);
    expect(outputAt(x! + far * dx!, y! + far * dy!)).toBeGreaterThan(
      outputAt(x! - far * dx!, y! - far * dy!),
    );
  });

  it('counts modes where there are some, and none where there are none', async () => {
    const { mixture } = await dataSet(START);
    const { look, system } = await looked(1);
    expect(look.modes).toBeUndefined();
    const counted = await new Looker(system, 1, mixture).look();
    const { modes, highQuality } = await quality(look.samples, mixture!);
    expect(counted).toMatchObject({ modes, highQuality });
  });
});

it('a series of values keeps a part of them, the first and late ones too', () => {
  const series = new Series(['a', 'b'], 100);
  for (let step = 0; step < 5000; step++)
    series.add(step, [step / 2, step % 2 === 0 ? undefined : 1]);
  const [steps, a, b] = series.columns;
  expect(steps!.length).toBeLessThan(100);
  expect(steps![0]).toBe(0);
  expect(steps!.at(-1)).toBeGreaterThan(4800);
  expect(a).toEqual(steps!.map((step) => step! / 2));
  expect(b!.every((value) => value === null || value === 1)).toBe(true);
});
