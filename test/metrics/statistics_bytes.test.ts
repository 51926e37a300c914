import { memory, tensor2d } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { decodeSafetensors } from '../../src/io/safetensors.js';
import { FeatureStatistics } from '../../src/metrics/gaussian/feature_statistics.js';
import { FASTEST, useBackend } from '../helpers/backends.js';

const COLUMNS = 5;
const rows = (seed: number, count: number) => ({
  data: Float64Array.from(new RandomStream(seed).normalValues(count * COLUMNS), (x) => x / 3 + 1e3),
  shape: [count, COLUMNS],
});
const of = (seed: number, count: number) => FeatureStatistics.of([rows(seed, count)]);

describe('FeatureStatistics, written and read', () => {
  it('as bytes, to the last bit', async () => {
    const statistics = await of(1, 40);
    const bytes = statistics.toBytes();
    const copy = FeatureStatistics.fromBytes(bytes);
    expect(copy.value()).toEqual(statistics.value());
    expect(copy.count).toBe(40);
    expect(copy.toBytes()).toEqual(bytes);
    // and both go on alike
    const next = await of(2, 7);
    expect(copy.merge(next).toBytes()).toEqual(statistics.merge(next).toBytes());
  });

  it('as a file that others read, at any place of its buffer', async () => {
    const statistics = await of(1, 40);
    const bytes = statistics.toBytes();
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    expect(FeatureStatistics.fromBytes(shifted.subarray(3)).value()).toEqual(statistics.value());
    const { tensors, metadata } = decodeSafetensors(bytes);
    expect(tensors['mean']!.shape).toEqual([COLUMNS]);
    expect(tensors['mean']!.data).toBeAllclose([...statistics.value().mean], { rtol: 1e-7 });
    expect(tensors['scatter']!.shape).toEqual([COLUMNS, COLUMNS]);
    expect(metadata['count']).toBe('40');
  });

  it('as JSON', async () => {
    const statistics = await of(3, 11);
    const text = JSON.stringify(statistics);
    const copy = FeatureStatistics.fromJSON(JSON.parse(text) as never);
    expect(copy.value()).toEqual(statistics.value());
    expect(JSON.stringify(copy)).toBe(text);
  });

  it('is refused where the file was cut off or changed, in any byte of it', async () => {
    const bytes = (await of(1, 4)).toBytes();
    for (let length = 0; length < bytes.length; length++)
      expect(() => FeatureStatistics.fromBytes(bytes.subarray(0, length))).toThrow(/must be/);
    const other = (text: string, by: string) =>
      new TextEncoder().encode(new TextDecoder('latin1').decode(bytes).replace(text, by));
    for (const [text, by] of [
      ['FeatureStatistics 1', 'FeatureStatistics 2'],
      ['"count":"4"', '"count":"0"'],
      ['"mean"', '"main"'],
    ] as const)
      expect(() => FeatureStatistics.fromBytes(other(text, by))).toThrow(/must be/);
  });

  it.each([
    ['NaN', 0, NaN, /finite/],
    ['a matrix that is not symmetric', 8 * (COLUMNS + 1), 1e9, /symmetric/],
    ['a negative square', 8 * COLUMNS, -1, /squares from 0 on/],
  ])('is refused with %s', async (_, place, value, message) => {
    const bytes = (await of(1, 4)).toBytes();
    const start = bytes.length - 8 * (COLUMNS + COLUMNS * COLUMNS);
    new DataView(bytes.buffer).setFloat64(start + place, value, true);
    expect(() => FeatureStatistics.fromBytes(bytes)).toThrow(message);
  });

  it.each([
    [undefined, /`json` must be/],
    [{ count: 1, mean: [1], scatter: [0], n: 1 }, /Received: "n"/],
    [{ count: 1, mean: 'x', scatter: [0] }, /`json.mean` must be an array of numbers/],
    [{ count: 1, mean: [1, 2], scatter: [0] }, /d means and d · d products/],
    [{ count: 0.5, mean: [1], scatter: [0] }, /a whole number of samples/],
  ])('refuses JSON %o', (json, message) => {
    expect(() => FeatureStatistics.fromJSON(json as never)).toThrow(message);
  });

  it('is refused before there is anything', () => {
    expect(() => new FeatureStatistics().toBytes()).toThrow(/`count` must be at least 1/);
    expect(() => JSON.stringify(new FeatureStatistics())).toThrow(/Nothing was counted/);
    expect(() => FeatureStatistics.fromBytes([1] as never)).toThrow(/a Uint8Array/);
  });
});

describe('FeatureStatistics.of', () => {
  beforeAll(() => useBackend(FASTEST));

  it('takes a stream, which may dispose of what it has given, and tells how far it is', async () => {
    const { data, shape } = rows(5, 30);
    async function* stream() {
      for (let start = 0; start < 30; start += 10) {
        const batch = tensor2d(
          Float32Array.from(data.slice(start * COLUMNS, (start + 10) * COLUMNS)),
          [10, COLUMNS],
        );
        yield batch;
        batch.dispose();
      }
    }
    const before = memory().numTensors;
    const seen: number[] = [];
    const statistics = await FeatureStatistics.of(stream(), { onProgress: (n) => seen.push(n) });
    expect(memory().numTensors).toBe(before);
    expect(seen).toEqual([10, 20, 30]);
    const whole = await FeatureStatistics.of([{ data: Float32Array.from(data), shape }]);
    expect(statistics.value().mean).toBeAllclose(whole.value().mean, { rtol: 1e-14 });
    expect(statistics.value().covariance).toBeAllclose(whole.value().covariance, {
      ...{ rtol: 1e-12, atol: 1e-12 },
    });
  });

  it('refuses what is no stream', async () => {
    await expect(FeatureStatistics.of(tensor2d([[1]]) as never)).rejects.toThrow(/`batches` must/);
    await expect(FeatureStatistics.of([], { progress: 1 } as never)).rejects.toThrow(/"progress"/);
  });
});
