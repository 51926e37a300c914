import { conv2d, conv2dTranspose, engine, grads, tensor, tidy } from '@tensorflow/tfjs-core';
import type { NamedAttrMap, NamedTensorMap, Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { enableSecondOrderGradients } from '../../src/gradients/enable_second_order_gradients.js';
import { RandomStream } from '../../src/internal/random.js';
import { useBackend } from '../helpers/backends.js';
import { expectNoLeak } from '../helpers/leaks.js';
import { expectGradients, gradientProjection, weightedSum } from '../helpers/numeric_gradient.js';
import {
  CORNERS,
  dilatedGeometries,
  forEachGeometry,
  geometries,
  infoOf,
} from '../kernels/geometries.js';
import type { Geometry } from '../kernels/geometries.js';
import { normal } from '../kernels/on_both_backends.js';
import type { Input } from '../kernels/on_both_backends.js';
import { ACTIVATIONS, convolution, filterGradient, inputGradient } from '../kernels/references.js';

beforeAll(() => useBackend('webgpu'));

async function run(
  kernelName: string,
  inputs: Record<string, Input>,
  attrs: object,
): Promise<{ shape: number[]; values: Float32Array }> {
  const y = tidy(() => {
    const tensors: NamedTensorMap = {};
    for (const [name, { shape, values }] of Object.entries(inputs))
      tensors[name] = tensor(values, [...shape]);
    return engine().runKernel<Tensor>(kernelName, tensors, attrs as NamedAttrMap);
  });
  const values = (await y.data()) as Float32Array;
  y.dispose();
  return { shape: y.shape, values };
}

/** Uniform over [0.5, 1.5), so that a partial sum grows until it swallows the digits of the terms. */
function positive(name: string, shape: readonly number[]): Input {
  const size = shape.reduce((product, axis) => product * axis, 1);
  return { shape, values: new RandomStream(5).fork(name).uniformValues(size, 0.5, 1.5) };
}

type Draw = typeof normal;
const attrsOf = ({ strides, dilations, pad }: Geometry) => ({
  strides,
  dilations,
  pad,
  dataFormat: 'NHWC',
});

async function expectConvolution(geometry: Geometry, draw: Draw = normal): Promise<void> {
  const conv = infoOf(geometry);
  const x = draw('x', geometry.inputShape);
  const filter = draw('filter', geometry.filterShape);
  const y = await run('Conv2D', { x, filter }, attrsOf(geometry));
  expect(y.shape).toEqual(conv.outShape);
  expect(y.values).toBeAllclose(convolution(conv, x.values, filter.values), { rtol: 1e-5 });
}

async function expectInputGradient(geometry: Geometry, draw: Draw = normal): Promise<void> {
  const { inputShape, filterShape } = geometry;
  const conv = infoOf(geometry);
  const [dy, filter] = [draw('dy', conv.outShape), draw('filter', filterShape)];
  const attrs = { ...attrsOf(geometry), inputShape };
  const dx = await run('Conv2DBackpropInput', { dy, filter }, attrs);
  expect(dx.shape).toEqual(inputShape);
  expect(dx.values).toBeAllclose(inputGradient(conv, dy.values, filter.values), { rtol: 1e-5 });
}

async function expectFilterGradient(geometry: Geometry, draw: Draw = normal): Promise<void> {
  const { inputShape, filterShape } = geometry;
  const conv = infoOf(geometry);
  const [x, dy] = [draw('x', inputShape), draw('dy', conv.outShape)];
  const attrs = { ...attrsOf(geometry), filterShape };
  const dW = await run('Conv2DBackpropFilter', { x, dy }, attrs);
  expect(dW.shape).toEqual(filterShape);
  expect(dW.values).toBeAllclose(filterGradient(conv, x.values, dy.values), { rtol: 1e-5 });
}

async function expectFused(
  geometry: Geometry,
  activation: string,
  x: Input,
  biased: boolean,
): Promise<void> {
  const conv = infoOf(geometry);
  const { outChannels } = conv;
  const filter = normal('filter', geometry.filterShape);
  const [bias, slopes] = [normal('bias', [outChannels]), normal('slopes', [outChannels])];
  const isPrelu = activation === 'prelu';
  const y = await run(
    'FusedConv2D',
    { x, filter, ...(biased && { bias }), ...(isPrelu && { preluActivationWeights: slopes }) },
    { ...attrsOf(geometry), activation, leakyreluAlpha: 0.3 },
  );
  expect(y.shape).toEqual(conv.outShape);
  const expected = convolution(conv, x.values, filter.values).map((sum, i) => {
    const d = i % outChannels;
    const slope = isPrelu ? slopes.values[d]! : 0.3;
    return ACTIVATIONS[activation]!(biased ? sum + bias.values[d]! : sum, slope);
  });
  expect(y.values).toBeAllclose(expected, { rtol: 1e-5 });
}

const SMALL: Geometry = {
  inputShape: [2, 7, 6, 5],
  filterShape: [3, 4, 5, 6],
  strides: [2, 1],
  dilations: [1, 1],
  pad: 'same',
};

describe('convolutions on webgpu', () => {
  it('Conv2D is right on any geometry', () =>
    forEachGeometry(dilatedGeometries, 15, (geometry) => expectConvolution(geometry)));

  it('Conv2DBackpropInput is right on any geometry', () =>
    forEachGeometry(geometries, 15, (geometry) => expectInputGradient(geometry)));

  it('Conv2DBackpropFilter is right on any geometry', () =>
    forEachGeometry(geometries, 15, (geometry) => expectFilterGradient(geometry)));

  it.each(CORNERS)('%s', async (_, geometry) => {
    await expectConvolution(geometry);
    await expectInputGradient(geometry);
    await expectFilterGradient(geometry);
  });

  it.each(Object.keys(ACTIVATIONS))('FusedConv2D is right with %s', async (activation) => {
    const x = normal('x', SMALL.inputShape);
    await expectFused(SMALL, activation, x, true);
    await expectFused(SMALL, activation, x, false);
  });

  it('sums of 16,384 positive terms keep their digits', async () => {
    const dense = { ...SMALL, strides: [1, 1] } satisfies Partial<Geometry>;
    await expectConvolution(
      { ...dense, inputShape: [2, 9, 9, 256], filterShape: [8, 8, 256, 5] },
      positive,
    );
    await expectInputGradient(
      { ...dense, inputShape: [2, 9, 9, 5], filterShape: [8, 8, 5, 256] },
      positive,
    );
    for (const [channels, filters] of [
      [3, 2],
      [16, 40],
    ] as const)
      await expectFilterGradient(
        {
          ...dense,
          inputShape: [4, 64, 64, channels],
          filterShape: [3, 3, channels, filters],
        },
        positive,
      );
  });

  it.each([NaN, Infinity, -Infinity])(
    '%s reaches the results that see it, and no other',
    async (odd) => {
      const withOdd: Draw = (name, shape) => {
        const drawn = normal(name, shape);
        if (name !== 'filter') drawn.values[drawn.values.length >> 1] = odd;
        return drawn;
      };
      await expectConvolution(SMALL, withOdd);
      await expectInputGradient(SMALL, withOdd);
      // 'valid': at the border, 0 · odd would be NaN
      const inner: Geometry = { ...SMALL, pad: 'valid' };
      await expectFilterGradient(inner, withOdd);
      for (const activation of Object.keys(ACTIVATIONS))
        await expectFused(SMALL, activation, withOdd('x', SMALL.inputShape), true);
    },
  );

  it('the filter gradient of no images is zero', async () => {
    const attrs = { strides: [1, 1], pad: 'same', dataFormat: 'NHWC', filterShape: [3, 3, 2, 3] };
    const inputs = { x: normal('x', [0, 4, 4, 2]), dy: normal('dy', [0, 4, 4, 3]) };
    const dW = await run('Conv2DBackpropFilter', inputs, attrs);
    expect(dW.values).toEqual(new Float32Array(54));
  });
});

describe('gradients through convolutions on webgpu', () => {
  beforeAll(() => enableSecondOrderGradients());

  const operands = (x: number[], filter: number[]) =>
    [normal('x', x), normal('filter', filter)].map(({ shape, values }) =>
      tensor(values, [...shape]),
    );
  const convolved = (stride: number) => (x: Tensor, filter: Tensor) =>
    conv2d(x as Tensor4D, filter as Tensor4D, stride, 'same');
  const transposed = (stride: number) => (x: Tensor, filter: Tensor) =>
    conv2dTranspose(
      x as Tensor4D,
      filter as Tensor4D,
      [2, 5 * stride, 4 * stride, 3],
      stride,
      'same',
    );

  it.each([1, 2])('conv2d with stride %d, first and second order', async (stride) => {
    const f = weightedSum(convolved(stride));
    const inputs = operands([2, 5, 4, 3], [3, 4, 3, 5]);
    await expectGradients(f, inputs, { step: 0.5, rtol: 1e-3 });
    await expectGradients(gradientProjection(f), inputs, { step: 0.5, rtol: 1e-3 });
  });

  it.each([1, 2])('conv2dTranspose with stride %d, first and second order', async (stride) => {
    const f = weightedSum(transposed(stride));
    const inputs = operands([2, 5, 4, 5], [3, 4, 3, 5]);
    await expectGradients(f, inputs, { step: 0.5, rtol: 1e-3 });
    await expectGradients(gradientProjection(f), inputs, { step: 0.5, rtol: 1e-3 });
  });

  it('leave no tensors, and their operands alive', async () => {
    // a filter gradient in parts
    const inputs = operands([4, 20, 20, 3], [3, 3, 3, 4]);
    const before = await Promise.all(inputs.map((input) => input.data()));
    await expectNoLeak(async () => {
      const [y, dx, dW] = tidy(() => {
        const [dx, dW] = grads(weightedSum(convolved(2)))(inputs);
        return [convolved(1)(inputs[0]!, inputs[1]!), dx!, dW!];
      }) as [Tensor, Tensor, Tensor];
      for (const result of [y, dx, dW]) {
        await result.data();
        result.dispose();
      }
    });
    const after = await Promise.all(inputs.map((input) => input.data()));
    expect(after).toEqual(before);
  });
});
