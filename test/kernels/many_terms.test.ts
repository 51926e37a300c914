import { engine, moments, tensor, tidy } from '@tensorflow/tfjs-core';
import type { NamedAttrMap, NamedTensorMap, Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { useBackend } from '../helpers/backends.js';
import { infoOf } from './geometries.js';
import type { Geometry } from './geometries.js';
import { convolution, filterGradient, inputGradient, products } from './references.js';

/*
 * Sums whose terms are all positive, so that a partial sum in float32 grows until it swallows the digits of
 * the terms: 4 million terms of about 1 added one after another are wrong in the third digit.
 */

const TERMS = 2 ** 22;

const DENSE: Pick<Geometry, 'strides' | 'dilations' | 'pad'> = {
  strides: [1, 1],
  dilations: [1, 1],
  pad: 'same',
};

interface Input {
  readonly shape: number[];
  readonly values: Float32Array;
}

/** Uniform over [0.5, 1.5). */
function positive(name: string, shape: number[]): Input {
  const size = shape.reduce((product, axis) => product * axis, 1);
  return { shape, values: new RandomStream(5).fork(name).uniformValues(size, 0.5, 1.5) };
}

function run(kernelName: string, inputs: Record<string, Input>, attrs: object): Float32Array {
  return tidy(() => {
    const tensors: NamedTensorMap = {};
    for (const [name, { values, shape }] of Object.entries(inputs))
      tensors[name] = tensor(values, shape);
    const y: Tensor = engine().runKernel(kernelName, tensors, attrs as NamedAttrMap);
    return y.dataSync<'float32'>();
  });
}

beforeAll(() => useBackend('wasm'));

describe('sums of millions of terms on wasm keep their digits', () => {
  /** Mean and variance of values that lie `columns` apart. */
  function momentsOf(values: Float32Array, columns: number) {
    const count = values.length / columns;
    const mean = new Float64Array(columns);
    values.forEach((value, i) => (mean[i % columns]! += value / count));
    const variance = new Float64Array(columns);
    values.forEach(
      (value, i) => (variance[i % columns]! += (value - mean[i % columns]!) ** 2 / count),
    );
    return { mean, variance };
  }

  it.each([
    [TERMS, 1],
    [TERMS, 3],
    [TERMS / 4, 17],
  ])('sum and mean of %d, %d at a time', (terms, columns) => {
    const x = positive('x', [terms / 4, 4, columns]);
    const { mean } = momentsOf(x.values, columns);
    const attrs = { axis: [0, 1], keepDims: false };
    expect(run('Mean', { x }, attrs)).toBeAllclose(mean, { rtol: 1e-7 });
    const sum = mean.map((value) => value * terms);
    expect(run('Sum', { x }, attrs)).toBeAllclose(sum, { rtol: 1e-7 });
  });

  it('sum and mean over axes that lie apart', () => {
    const x = positive('x', [2 ** 11, 3, 2 ** 11]);
    const expected = new Float64Array(3);
    x.values.forEach((value, i) => (expected[Math.floor(i / 2 ** 11) % 3]! += value));
    const attrs = { axis: [0, 2], keepDims: false };
    expect(run('Sum', { x }, attrs)).toBeAllclose(expected, { rtol: 1e-7 });
    const mean = expected.map((sum) => sum / TERMS);
    expect(run('Mean', { x }, attrs)).toBeAllclose(mean, { rtol: 1e-7 });
  });

  // the second pass takes squares of distances from a mean that is rounded to float32
  it.each([0, 10, 1000])('moments of values around %d', async (centre) => {
    const { shape, values } = positive('x', [TERMS, 2]);
    for (let i = 0; i < values.length; i++) values[i]! += centre - 1;
    const expected = momentsOf(values, 2);
    const { mean, variance } = tidy(() => moments(tensor(values, shape), 0));
    expect(await mean.data()).toBeAllclose(expected.mean, { rtol: centre === 0 ? 1e-5 : 1e-7 });
    expect(await variance.data()).toBeAllclose(expected.variance, { rtol: 1e-5 });
  });

  it.each<[...Geometry['inputShape'], filters: number]>([
    [4, 1024, 1024, 1, 1],
    [64, 256, 256, 1, 1],
    [16, 512, 512, 2, 1],
    [8, 128, 128, 16, 16],
  ])('the filter gradient of [%d, %d, %d, %d], %d filters', (...sizes) => {
    const [batch, height, width, channels, filters] = sizes;
    const inputShape: Geometry['inputShape'] = [batch, height, width, channels];
    const filterShape: Geometry['filterShape'] = [3, 3, channels, filters];
    const conv = infoOf({ ...DENSE, inputShape, filterShape });
    const x = positive('x', inputShape);
    const dy = positive('dy', conv.outShape);
    const attrs = { strides: [1, 1], pad: 'same', dataFormat: 'NHWC', filterShape };
    const dW = run('Conv2DBackpropFilter', { x, dy }, attrs);
    expect(dW).toBeAllclose(filterGradient(conv, x.values, dy.values), { rtol: 1e-5 });
  });
});

describe('products of many terms on wasm keep their digits', () => {
  it.each([
    [2 ** 20, 3, 5],
    [2 ** 20 + 7, 1, 9],
    [2 ** 22, 2, 1],
    [16_384, 20, 33],
  ])('%d terms, %d × %d results', (terms, rows, columns) => {
    for (const transposeA of [false, true])
      for (const transposeB of [false, true]) {
        const a = positive('a', transposeA ? [terms, rows] : [rows, terms]);
        const b = positive('b', transposeB ? [columns, terms] : [terms, columns]);
        const expected = products(
          [],
          { ...a, isTransposed: transposeA },
          { ...b, isTransposed: transposeB },
        );
        const y = run('BatchMatMul', { a, b }, { transposeA, transposeB });
        expect(y).toBeAllclose(expected, { rtol: 1e-5 });
      }
  });

  it('16,384 terms of a convolution, and of its input gradient', () => {
    const { strides, dilations, pad } = DENSE;
    const attrs = { strides, dilations, pad, dataFormat: 'NHWC' };
    const forward: Geometry = { ...DENSE, inputShape: [2, 9, 9, 256], filterShape: [8, 8, 256, 5] };
    const x = positive('x', forward.inputShape);
    const narrowing = positive('filter', forward.filterShape);
    const y = convolution(infoOf(forward), x.values, narrowing.values);
    expect(run('Conv2D', { x, filter: narrowing }, attrs)).toBeAllclose(y, { rtol: 1e-5 });

    const back: Geometry = { ...DENSE, inputShape: [2, 9, 9, 5], filterShape: [8, 8, 5, 256] };
    const { inputShape } = back;
    const dy = positive('dy', infoOf(back).outShape);
    const filter = positive('filter', back.filterShape);
    const dx = inputGradient(infoOf(back), dy.values, filter.values);
    expect(run('Conv2DBackpropInput', { dy, filter }, { ...attrs, inputShape })).toBeAllclose(dx, {
      rtol: 1e-5,
    });
  });
});
