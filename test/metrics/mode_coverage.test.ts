import { tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { modeCoverage } from '../../src/metrics/classifier/mode_coverage.js';
import { useBackend } from '../helpers/backends.js';
import { fixture } from '../helpers/fixtures.js';

interface Case {
  readonly name: string;
  readonly modes: number;
  readonly counts: number[];
  readonly found: number;
  readonly reverseKL: number;
}
const CASES = fixture<{ modes: Case[] }>('features').modes;
const labels = (counts: number[]) =>
  Int32Array.from(counts.flatMap((count, mode) => Array<number>(count).fill(mode)));

beforeAll(() => useBackend('cpu'));

describe('modeCoverage', () => {
  it.each(CASES.map((one) => [one.name, one] as const))('is PacGAN’s: %s', async (_, one) => {
    const { modes, counts, found, reverseKL } = one;
    const predictions = labels(counts);
    const result = await modeCoverage({ predictions, modes });
    expect(result.modes).toBe(found);
    expect(result.coverage).toBe(found / modes);
    expect(result.reverseKL).toBeAllclose(reverseKL, { rtol: 1e-12, atol: 1e-15 });
    const total = counts.reduce((a, b) => a + b, 0);
    const shares = counts.map((count) => count / total);
    expect(result.shares).toBeAllclose(shares, { rtol: 1e-15 });
    const from = await modeCoverage({ shares, modes });
    expect([from.modes, from.coverage]).toEqual([result.modes, result.coverage]);
    expect(from.reverseKL).toBeAllclose(reverseKL, { rtol: 1e-12, atol: 1e-15 });
  });

  it('measures against the data, generated first', async () => {
    const predictions = Uint8Array.of(0, 0, 0, 1);
    const reference = [0.5, 0.25, 0.25];
    const { reverseKL, modes, coverage } = await modeCoverage({ predictions, modes: 3, reference });
    expect(reverseKL).toBeAllclose(0.75 * Math.log(1.5), { rtol: 1e-14 });
    expect([modes, coverage]).toEqual([2, 2 / 3]);
  });

  it('counts modes of the data alone, and is infinite where the data have none', async () => {
    const invented = await modeCoverage({
      predictions: Int32Array.of(0, 2, 2),
      modes: 3,
      reference: [0.5, 0.5, 0],
    });
    expect(invented).toMatchObject({ modes: 1, coverage: 0.5, reverseKL: Infinity });
  });

  it('passes over one label, and asks for as many samples as told', async () => {
    const predictions = tensor([0, 7, 1, 1, 7, 3, 3, 3], [8], 'int32');
    const result = await modeCoverage({ predictions, modes: 4, ignore: 7, minimum: 2 });
    expect([...result.shares]).toEqual([1 / 6, 2 / 6, 0, 3 / 6]);
    expect(result.modes).toBe(2);
    const all = await modeCoverage({ predictions, modes: 4, ignore: 7 });
    expect(all.modes).toBe(3);
    expect(all.reverseKL).toBe(result.reverseKL);
    expect(predictions.isDisposed).toBe(false);
    predictions.dispose();
  });

  it('of no counted sample: no mode, an infinite divergence', async () => {
    const none = { modes: 0, coverage: 0, reverseKL: Infinity, shares: new Float64Array(2) };
    const ignored = Int32Array.of(-1, -1);
    expect(await modeCoverage({ predictions: ignored, modes: 2, ignore: -1 })).toEqual(none);
    expect(await modeCoverage({ predictions: new Int32Array(0), modes: 2 })).toEqual(none);
  });

  it('takes shares that were rounded to float32', async () => {
    const shares = Float32Array.of(0.1, 0.2, 0.7);
    const { reverseKL } = await modeCoverage({ shares, modes: 3, reference: [0.1, 0.2, 0.7] });
    expect(reverseKL).toBeAllclose(0, { atol: 1e-13 });
    expect(reverseKL).toBeGreaterThanOrEqual(0);
  });

  const predictions = Int32Array.of(0, 1);
  it.each<[string, object, RegExp]>([
    ['no samples', { modes: 2 }, /with either `predictions` or `shares`/],
    ['both', { predictions, shares: [1, 0], modes: 2 }, /with either `predictions` or `shares`/],
    [
      'a mode',
      { predictions: Int32Array.of(0, 2), modes: 2 },
      /modes below 2\. Received: "2 at 1"/,
    ],
    ['a mode below 0', { predictions: Int32Array.of(-1), modes: 2 }, /Received: "-1 at 0"/],
    ['a list', { predictions: [0, 1], modes: 2 }, /`predictions` must be an int32 tensor/],
    ['modes', { predictions, modes: 0 }, /`modes` must be an integer >= 1/],
    ['minimum', { predictions, modes: 2, minimum: 0 }, /`minimum` must be an integer >= 1/],
    ['a minimum of shares', { shares: [1], modes: 1, minimum: 2 }, /without `minimum`/],
    ['an ignored label of shares', { shares: [1], modes: 1, ignore: 2 }, /without `minimum`/],
    ['few shares', { shares: [1], modes: 2 }, /`shares` must be of 2 shares/],
    ['a sum', { shares: [0.5, 0.4], modes: 2 }, /`shares` must be .* of sum 1.*a sum of 0\.9/],
    ['a negative share', { shares: [1.5, -0.5], modes: 2 }, /`shares` must be shares from 0 on/],
    ['NaN', { shares: [NaN, 1], modes: 2 }, /`shares` must be shares from 0 on/],
    [
      'a reference',
      { predictions, modes: 2, reference: [1, 1] },
      /`reference` must be .* of sum 1/,
    ],
    ['an option', { predictions, modes: 2, n: 1 }, /Received: "n"/],
  ])('refuses %s', async (_, options, message) => {
    await expect(modeCoverage(options as never)).rejects.toThrow(message);
  });
});
