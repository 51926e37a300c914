import {
  backend,
  dispose,
  engine,
  getKernel,
  memory,
  ones,
  tensor,
  tidy,
} from '@tensorflow/tfjs-core';
import type { DataType, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../helpers/backends.js';
import { CORNERS, forEachGeometry, geometries, infoOf, smallGeometries } from './geometries.js';
import type { Geometry } from './geometries.js';
import { normal } from './on_both_backends.js';
import type { Input } from './on_both_backends.js';
import { ACTIVATIONS, convolution, filterGradient, inputGradient } from './references.js';

const NAMES = ['Conv2D', 'FusedConv2D', 'Conv2DBackpropInput', 'Conv2DBackpropFilter'] as const;
type Name = (typeof NAMES)[number];

type Kernel = (call: object) => TensorInfo;
const kernel = (name: Name) => getKernel(name, 'cpu').kernelFunc as unknown as Kernel;
// before ours are installed
const STOCK = new Map(NAMES.map((name) => [name, kernel(name)]));

interface Output {
  readonly shape: number[];
  readonly dtype: DataType;
  readonly values: Float32Array;
}

type Call = readonly [name: Name, inputs: Record<string, Input>, attrs: object];

/** What tfjs's kernel answers. */
const stock = (...[name, inputs, attrs]: Call) => answerOf(STOCK.get(name)!, inputs, attrs);

/** What ours answers. */
const ours = (...[name, inputs, attrs]: Call) => answerOf(kernel(name), inputs, attrs);

function answerOf(kernel: Kernel, inputs: Record<string, Input>, attrs: object): Output {
  return tidy(() => {
    const tensors = Object.entries(inputs).map(([name, { shape, values }]) => {
      const dtype = values instanceof Int32Array ? 'int32' : 'float32';
      return [name, tensor(values, [...shape], dtype)] as const;
    });
    const info = kernel({ inputs: Object.fromEntries(tensors), attrs, backend: backend() });
    const y = engine().makeTensorFromTensorInfo(info);
    return { shape: y.shape, dtype: y.dtype, values: Float32Array.from(y.dataSync()) };
  });
}

const attrsOf = ({ strides, dilations, pad }: Geometry) => ({
  strides,
  dilations,
  pad,
  dataFormat: 'NHWC',
});

/** The three kernels, each with what it is given and has to answer. */
function casesOf(geometry: Geometry) {
  const attrs = attrsOf(geometry);
  const { inputShape, filterShape } = geometry;
  const x = normal('x', inputShape);
  const filter = normal('filter', filterShape);
  const conv = infoOf(geometry);
  const plain = infoOf({ ...geometry, dilations: [1, 1] }); // gradients know no dilation
  const dy = normal('dy', plain.outShape);
  return [
    {
      name: 'Conv2D',
      inputs: { x, filter },
      attrs,
      expected: () => convolution(conv, x.values, filter.values),
    },
    {
      name: 'Conv2DBackpropInput',
      inputs: { dy, filter },
      attrs: { ...attrs, inputShape },
      expected: () => inputGradient(plain, dy.values, filter.values),
    },
    {
      name: 'Conv2DBackpropFilter',
      inputs: { x, dy },
      attrs: { ...attrs, filterShape },
      expected: () => filterGradient(plain, x.values, dy.values),
    },
  ] as const;
}

beforeAll(() => useBackend('cpu'));

describe('convolutions on cpu', () => {
  it('and both gradients equal those of tfjs on any geometry', async () => {
    await forEachGeometry(smallGeometries, 120, async (geometry) => {
      for (const { name, inputs, attrs } of casesOf(geometry)) {
        const expected = stock(name, inputs, attrs);
        const y = ours(name, inputs, attrs);
        expect(y.shape).toEqual(expected.shape);
        expect(y.dtype).toBe(expected.dtype);
        // the forward pass of tfjs rounds each partial sum
        expect(y.values).toBeAllclose(expected.values, { rtol: name === 'Conv2D' ? 1e-5 : 1e-7 });
      }
    });
  });

  it('and both gradients are right to float32 rounding', async () => {
    const check = async (geometry: Geometry) => {
      for (const { name, inputs, attrs, expected } of casesOf(geometry))
        expect(ours(name, inputs, attrs).values).toBeAllclose(expected(), { rtol: 1e-7 });
    };
    await forEachGeometry(geometries, 60, check);
    for (const [, geometry] of CORNERS.slice(0, 4)) await check(geometry);
  });

  it.each(Object.keys(ACTIVATIONS))('with %s equal those of tfjs', async (activation) => {
    await forEachGeometry(smallGeometries, 15, async (geometry) => {
      const { outChannels, outShape } = infoOf(geometry);
      const x = normal('x', geometry.inputShape);
      const filter = normal('filter', geometry.filterShape);
      const weights = normal('slopes', outShape.slice(1));
      for (const biasShape of [undefined, [outChannels], [1], [1, 1, outChannels]]) {
        const call: Call = [
          'FusedConv2D',
          {
            ...{ x, filter },
            ...(biasShape && { bias: normal('bias', biasShape) }),
            ...(activation === 'prelu' && { preluActivationWeights: weights }),
          },
          { ...attrsOf(geometry), activation, leakyreluAlpha: 0.3 },
        ];
        const expected = stock(...call);
        const y = ours(...call);
        expect(y.shape).toEqual(expected.shape);
        expect(y.values).toBeAllclose(expected.values, { rtol: 1e-5 });
      }
    });
  });

  it('whose channels come first, or which are of integers, are those of tfjs', () => {
    const attrs = { strides: [1, 1], dilations: [1, 1], pad: 'valid', dataFormat: 'NCHW' };
    const [inputShape, filterShape] = [
      [2, 3, 5, 4],
      [2, 2, 3, 6],
    ];
    const x = normal('x', inputShape);
    const filter = normal('filter', filterShape);
    const dy = normal('dy', [2, 6, 4, 3]);
    const bias = normal('bias', [6]);
    const calls: Call[] = [
      ['Conv2D', { x, filter }, attrs],
      ['FusedConv2D', { x, filter, bias }, { ...attrs, activation: 'relu' }],
      ['Conv2DBackpropInput', { dy, filter }, { ...attrs, inputShape }],
      ['Conv2DBackpropFilter', { x, dy }, { ...attrs, filterShape }],
      [
        'Conv2D',
        {
          x: { shape: [1, 2, 2, 1], values: Int32Array.of(1, 2, 3, 4) },
          filter: { shape: [1, 1, 1, 1], values: Int32Array.of(3) },
        },
        { ...attrs, dataFormat: 'NHWC' },
      ],
    ];
    for (const call of calls) expect(ours(...call)).toEqual(stock(...call));
  });

  it('free what they make', () => {
    const inputs = {
      x: ones([1, 3, 3, 2]),
      filter: ones([2, 2, 2, 4]),
      bias: ones([4]),
    };
    const attrs = { strides: [1, 1], dilations: [1, 1], pad: 'same', dataFormat: 'NHWC' };
    const before = [memory().numTensors, backend().numDataIds()];
    for (const activation of ['linear', 'relu'])
      engine()
        .runKernel<Tensor>('FusedConv2D', inputs, { ...attrs, activation })
        .dispose();
    expect([memory().numTensors, backend().numDataIds()]).toEqual(before);
    dispose(inputs);
  });

  it('of nothing are empty, and their filter gradient is zero', () => {
    const attrs = { strides: [1, 1], dilations: [1, 1], pad: 'same', dataFormat: 'NHWC' };
    const [inputShape, filterShape] = [
      [0, 4, 4, 2],
      [3, 3, 2, 3],
    ];
    const x = normal('x', inputShape);
    const filter = normal('filter', filterShape);
    const dy = normal('dy', [0, 4, 4, 3]);
    const calls: Call[] = [
      ['Conv2D', { x, filter }, attrs],
      ['Conv2DBackpropInput', { dy, filter }, { ...attrs, inputShape }],
      ['Conv2DBackpropFilter', { x, dy }, { ...attrs, filterShape }],
    ];
    for (const call of calls) expect(ours(...call)).toEqual(stock(...call));
  });
});
