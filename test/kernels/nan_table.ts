import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** How many values an op of the table is given. Not a multiple of what vector units take. */
export const LENGTH = 37;

/** An op that gives each value a result of its own, which has to be NaN where the value is. */
export interface NaNEntry {
  readonly name: string;
  /** From [37] to 37 results. */
  readonly f: (x: Tensor) => Tensor;
  /** Whether the slope has to be NaN where the value is: of functions with corners or curves. */
  readonly slope: boolean;
  /** Whether a NaN may reach its neighbours, which share a sum with it. */
  readonly spreads?: boolean;
}

const ones = () => tf.fill([LENGTH], 1);
/** Each value beside a number: [37, 2], the value first or last. */
const before = (x: Tensor) => tf.stack([x, ones()], 1);
const behind = (x: Tensor) => tf.stack([ones(), x], 1);
const image = (x: Tensor) => tf.reshape<tf.Rank.R4>(x, [1, LENGTH, 1, 1]);
/** 37 images of two pixels. */
const pixels = (x: Tensor) => tf.reshape<tf.Rank.R4>(x, [LENGTH, 1, 2, 1]);
const voxels = (x: Tensor) => tf.reshape<tf.Rank.R5>(x, [LENGTH, 1, 1, 2, 1]);
const matrix = (x: Tensor) => tf.reshape<tf.Rank.R2>(x, [LENGTH, 1]);
const weight = (value: number) => tf.fill<tf.Rank.R4>([1, 1, 1, 1], value);

type Activation = 'relu' | 'relu6' | 'elu' | 'sigmoid' | 'leakyrelu';
const ACTIVATIONS: Activation[] = ['relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu'];

const entry =
  (slope: boolean) =>
  (name: string, f: (x: Tensor) => Tensor): NaNEntry => ({ name, f, slope });
/** With a slope that is NaN for NaN; without. */
const [bent, straight] = [entry(true), entry(false)];

const fused = (activation: Activation): NaNEntry[] => [
  straight(`fused matMul, ${activation}`, (x) =>
    tf.fused.matMul({ a: matrix(x), b: tf.ones<tf.Rank.R2>([1, 1]), activation }),
  ),
  straight(`fused conv2d, ${activation}`, (x) =>
    tf.fused.conv2d({ x: image(x), filter: weight(1), strides: 1, pad: 'valid', activation }),
  ),
  straight(`fused depthwiseConv2d, ${activation}`, (x) =>
    tf.fused.depthwiseConv2d({
      x: image(x),
      filter: weight(1),
      strides: 1,
      pad: 'valid',
      activation,
    }),
  ),
];

/** What losses, critics and penalties are made of. */
export const NAN_TABLE: readonly NaNEntry[] = [
  bent('abs', tf.abs),
  bent('relu', tf.relu),
  bent('relu6', tf.relu6),
  bent('leakyRelu', (x) => tf.leakyRelu(x, 0.2)),
  bent('prelu', (x) => tf.prelu(x, tf.scalar(0.3))),
  straight('prelu, its slope', (x) => tf.prelu(tf.fill([LENGTH], -1), x)),
  bent('elu', tf.elu),
  bent('selu', tf.selu),
  bent('sigmoid', tf.sigmoid),
  bent('tanh', tf.tanh),
  bent('softplus', tf.softplus),
  bent('exp', tf.exp),
  bent('expm1', tf.expm1),
  bent('log', tf.log),
  bent('log1p', tf.log1p),
  bent('sqrt', tf.sqrt),
  bent('rsqrt', tf.rsqrt),
  bent('square', tf.square),
  bent('reciprocal', tf.reciprocal),
  bent('erf', tf.erf),
  bent('sin', tf.sin),
  bent('cos', tf.cos),
  bent('sinh', tf.sinh),
  bent('cosh', tf.cosh),
  bent('asinh', tf.asinh),
  bent('acosh', tf.acosh),
  bent('atanh', tf.atanh),
  bent('atan', tf.atan),
  straight('step', (x) => tf.step(x, 0.5)),
  straight('sign', tf.sign),
  straight('floor', tf.floor),
  straight('round', tf.round),
  straight('neg', tf.neg),
  bent('clipByValue', (x) => tf.clipByValue(x, -1, 1)),
  bent('maximum, left', (x) => tf.maximum(x, ones())),
  bent('maximum, right', (x) => tf.maximum(ones(), x)),
  bent('maximum with a number', (x) => tf.maximum(0, x)),
  bent('maximum of two shapes', (x) => tf.slice(tf.maximum(tf.ones([2, 1]), x), 0, [1, LENGTH])),
  bent('minimum, left', (x) => tf.minimum(x, ones())),
  bent('minimum, right', (x) => tf.minimum(ones(), x)),
  bent('minimum with a number', (x) => tf.minimum(0, x)),
  straight('add', (x) => tf.add(x, 1)),
  straight('sub', (x) => tf.sub(1, x)),
  straight('mul by 0', (x) => tf.mul(x, 0)),
  straight('div', (x) => tf.div(x, 2)),
  bent('div by', (x) => tf.div(1, x)),
  bent('pow', (x) => tf.pow(x, 2)),
  bent('pow, exponent', (x) => tf.pow(2, x)),
  bent('squaredDifference', (x) => tf.squaredDifference(x, 1)),
  straight('where', (x) => tf.where(tf.cast(ones(), 'bool'), x, ones())),
  bent('max, first', (x) => tf.max(before(x), 1)),
  bent('max, last', (x) => tf.max(behind(x), 1)),
  bent('max over the leading axis', (x) => tf.max(tf.stack([x, ones()]), 0)),
  bent('min, first', (x) => tf.min(before(x), 1)),
  bent('min, last', (x) => tf.min(behind(x), 1)),
  straight('sum', (x) => tf.sum(before(x), 1)),
  straight('mean', (x) => tf.mean(behind(x), 1)),
  straight('prod', (x) => tf.prod(tf.stack([x, tf.zeros([LENGTH])], 1), 1)),
  straight('cumsum', (x) => tf.slice(tf.cumsum(before(x), 1), [0, 1], [LENGTH, 1])),
  bent('logSumExp', (x) => tf.logSumExp(before(x), 1)),
  bent('softmax', (x) => tf.slice(tf.softmax(before(x)), [0, 1], [LENGTH, 1])),
  bent('norm', (x) => tf.norm(before(x), 2, 1)),
  bent('moments', (x) => tf.moments(before(x), 1).variance),
  straight('avgPool', (x) => tf.avgPool(pixels(before(x)), [1, 2], [1, 2], 'valid')),
  straight('avgPool3d', (x) => tf.avgPool3d(voxels(before(x)), [1, 1, 2], [1, 1, 2], 'valid')),
  bent('maxPool, first', (x) => tf.maxPool(pixels(before(x)), [1, 2], [1, 2], 'valid')),
  bent('maxPool, last', (x) => tf.maxPool(pixels(behind(x)), [1, 2], [1, 2], 'valid')),
  bent('maxPool of one', (x) => tf.maxPool(image(x), 1, 1, 'valid')),
  bent('maxPool3d, first', (x) => tf.maxPool3d(voxels(before(x)), [1, 1, 2], [1, 1, 2], 'valid')),
  bent('maxPool3d, last', (x) => tf.maxPool3d(voxels(behind(x)), [1, 1, 2], [1, 1, 2], 'valid')),
  straight('matMul by 0', (x) => tf.matMul(matrix(x), tf.zeros([1, 1]))),
  straight('conv2d', (x) => tf.conv2d(image(x), weight(1), 1, 'valid')),
  straight('depthwiseConv2d', (x) => tf.depthwiseConv2d(image(x), weight(1), 1, 'valid')),
  {
    ...straight('resizeBilinear', (x) => tf.image.resizeBilinear(image(x), [37, 1])),
    spreads: true,
  },
  straight('resizeNearestNeighbor', (x) => tf.image.resizeNearestNeighbor(image(x), [37, 1])),
  ...ACTIVATIONS.flatMap(fused),
];
