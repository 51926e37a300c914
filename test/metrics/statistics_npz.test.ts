import { tensor2d } from '@tensorflow/tfjs-core';
import { zipSync, zlibSync } from 'fflate';
import { beforeAll, describe, expect, it } from 'vitest';
import { encodeNpz } from '../../src/io/numpy/npz.js';
import { FeatureStatistics } from '../../src/metrics/gaussian/feature_statistics.js';
import { frechetDistance } from '../../src/metrics/gaussian/frechet_distance.js';
import {
  decodeStatisticsNPZ,
  encodeStatisticsNPZ,
} from '../../src/metrics/gaussian/statistics_npz.js';
import { useBackend } from '../helpers/backends.js';
import { bytesOf } from '../helpers/base64.js';
import { fixture } from '../helpers/fixtures.js';

interface Written {
  readonly mu: number[];
  readonly sigma: number[];
}

const WRITTEN = fixture<{
  readonly real: Written;
  readonly fake: Written;
  readonly files: Readonly<Record<string, string>>;
  readonly distances: Readonly<Record<string, number>>;
}>('statistics_npz');
const file = (name: string) => bytesOf(WRITTEN.files[name]!);
const gaussian = ({ mu, sigma }: Written) => ({
  mean: Float64Array.from(mu),
  covariance: Float64Array.from(sigma),
});
const REAL = gaussian(WRITTEN.real);
const FAKE = gaussian(WRITTEN.fake);

const npy = (header: string, data = new Uint8Array(8)) => {
  const text = new TextEncoder().encode(header);
  return Uint8Array.of(
    0x93,
    ...new TextEncoder().encode('NUMPY'),
    1,
    0,
    text.length,
    0,
    ...text,
    ...data,
  );
};
const zipped = (mu: Uint8Array) => zipSync({ 'mu.npy': mu, 'sigma.npy': mu });

describe('FID statistics of NumPy', () => {
  beforeAll(() => useBackend('cpu'));

  it.each(['pytorch-fid', 'clean-fid', 'numpy, not packed', 'numpy, by columns'])(
    'of %s to the last bit',
    (name) => {
      expect(decodeStatisticsNPZ(file(name))).toEqual(REAL);
      expect(decodeStatisticsNPZ(file(name).buffer)).toEqual(REAL);
    },
  );

  it.each(['numpy, with others', 'numpy, version 2'])('of %s to the last bit', (name) => {
    expect(decodeStatisticsNPZ(file(name))).toEqual(REAL);
  });

  it('of float32, and of the other order of bytes', () => {
    const single = {
      mean: Float64Array.from(Float32Array.from(REAL.mean)),
      covariance: Float64Array.from(Float32Array.from(REAL.covariance)),
    };
    expect(decodeStatisticsNPZ(file('numpy, float32'))).toEqual(single);
    expect(decodeStatisticsNPZ(file('numpy, big-endian'))).toEqual({ ...single, mean: REAL.mean });
  });

  it.each(Object.entries(WRITTEN.distances))('have the distance of %s', async (_, distance) => {
    const real = decodeStatisticsNPZ(file('pytorch-fid'));
    expect(await frechetDistance(real, FAKE)).toBeAllclose(distance, { rtol: 1e-9 });
  });

  it('are written as they are read, from either kind of statistics, in equal bytes', async () => {
    const bytes = encodeStatisticsNPZ(REAL);
    expect(decodeStatisticsNPZ(bytes)).toEqual(REAL);
    expect(encodeStatisticsNPZ(REAL)).toEqual(bytes);
    const statistics = new FeatureStatistics();
    await statistics.update(
      tensor2d([
        [1, 2, 3],
        [3, 6, 1],
        [5, 4, 0.5],
      ]),
    );
    expect(decodeStatisticsNPZ(encodeStatisticsNPZ(statistics))).toEqual(statistics.value());
  });

  it('of a file that lies within a larger buffer', () => {
    const bytes = file('pytorch-fid');
    const larger = new Uint8Array(bytes.length + 20);
    larger.set(bytes, 7);
    expect(decodeStatisticsNPZ(larger.subarray(7, 7 + bytes.length))).toEqual(REAL);
  });

  const good = { shape: [2], data: Float64Array.of(1, 2) };
  it.each<[string, unknown, RegExp]>([
    ['a path', 'stats.npz', /`bytes` must be a Uint8Array or an ArrayBuffer/],
    ['other bytes', Uint8Array.of(1, 2, 3), /`bytes` must be a whole \.npz file/],
    ['a part of a file', file('pytorch-fid').slice(0, -60), /`bytes` must be a whole \.npz file/],
    [
      'features',
      file('features of clean-fid'),
      /with mu and sigma\. Received: \["feats"\][^]*for KID/,
    ],
    ['no mu', encodeNpz({ sigma: good }), /with mu of at most .*"a file of sigma"/],
    ['no sigma', encodeNpz({ mu: good }), /with sigma of at most/],
    [
      'a matrix as mu',
      encodeNpz({ mu: { ...good, shape: [1, 2] }, sigma: good }),
      /mu \[d\] and sigma/,
    ],
    ['a vector as sigma', encodeNpz({ mu: good, sigma: good }), /mu \[d\] and sigma \[d, d\]/],
    [
      'a sigma of others',
      encodeNpz({ mu: good, sigma: { shape: [1, 2], data: good.data } }),
      /mu \[d\]/,
    ],
    [
      'no features',
      encodeNpz({
        mu: { shape: [0], data: new Float64Array() },
        sigma: { shape: [0, 0], data: new Float64Array() },
      }),
      /at least one value/,
    ],
    ['NaN', encodeStatisticsNPZ(REAL).fill(0xff, 200, 208), /must be finite/],
    ['no array', zipped(Uint8Array.from({ length: 40 })), /mu is an array of NumPy/],
    [
      'objects',
      zipped(npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }")),
      /float32 or float64\. Received: "\|O"/,
    ],
    [
      'integers',
      zipped(npy("{'descr': '<i8', 'fortran_order': False, 'shape': (1,), }")),
      /Received: "<i8"/,
    ],
    [
      'a record',
      zipped(npy("{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,), }")),
      /float32 or float64/,
    ],
    [
      'too few values',
      zipped(npy("{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }")),
      /mu has 2 values/,
    ],
    [
      'too many features',
      zipSync({ 'mu.npy': new Uint8Array(8 * 9000 + 2 ** 16) }),
      /mu of at most/,
    ],
    ['another archive', zlibSync(Uint8Array.of(1, 2, 3)), /whole \.npz file/],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => decodeStatisticsNPZ(bytes as Uint8Array)).toThrow(message);
  });

  it('refuses to write what is no covariance', () => {
    const where = /encodeStatisticsNPZ: `statistics/;
    expect(() => encodeStatisticsNPZ({ ...REAL, mean: FAKE.mean.slice(1) })).toThrow(where);
    const covariance = REAL.covariance.map((value) => -value);
    expect(() => encodeStatisticsNPZ({ ...REAL, covariance })).toThrow(where);
    expect(() => encodeStatisticsNPZ(new FeatureStatistics())).toThrow(/at least 2/);
  });
});
