import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { RandomStream } from '../../src/internal/random.js';
import type { TensorFunction } from '../../src/gradcheck/probe.js';
import { logSigmoid } from '../../src/ops/log_sigmoid.js';
import { logSoftmax } from '../../src/ops/log_softmax.js';
import { softmaxCrossEntropy } from '../../src/ops/softmax_cross_entropy.js';

/** Where the elements of an input lie. */
export type Domain = 'any' | 'positive' | 'unit' | 'above1' | 'away';

/** A function that the gradient table has a row for. */
export interface CatalogueEntry {
  readonly name: string;
  readonly f: TensorFunction;
  readonly inputs: readonly (readonly [shape: number[], domain?: Domain])[];
  /** tfjs's own, where it cannot be repaired and `f` is ours. */
  readonly stock?: TensorFunction;
  /** On GPU backends, in place of 1e-3: WGSL lets sin and cos be off by 2⁻¹¹. */
  readonly toleranceOnGPU?: number;
}

const DOMAINS: Record<Domain, (x: number) => number> = {
  any: (x) => x,
  positive: (x) => 0.6 + 0.5 * Math.abs(x),
  unit: (x) => 0.9 * Math.tanh(x),
  above1: (x) => 1.3 + Math.abs(x),
  // from zero
  away: (x) => x + 0.4 * Math.sign(x),
};

/** The inputs of an entry, the same on every backend. */
export function inputsOf({
  name,
  inputs,
}: CatalogueEntry): { shape: number[]; values: Float32Array }[] {
  const stream = new RandomStream(9).fork(name);
  return inputs.map(([shape, domain = 'any']) => {
    const size = shape.reduce((product, n) => product * n, 1);
    return { shape: [...shape], values: stream.normalValues(size).map(DOMAINS[domain]) };
  });
}

const as4d = (x: Tensor) => x as tf.Tensor4D;

const unary = (name: string, f: (x: Tensor) => Tensor, domain: Domain = 'any'): CatalogueEntry => ({
  name,
  f: (x) => f(x),
  inputs: [[[3, 7], domain]],
});

const binary = (
  name: string,
  f: (a: Tensor, b: Tensor) => Tensor,
  a: Domain = 'any',
  b: Domain = 'any',
): CatalogueEntry => ({
  name,
  f: (x, y) => f(x, y),
  inputs: [
    [[3, 7], a],
    [[7], b],
  ],
});

const ofOneShape = (name: string, f: (a: Tensor, b: Tensor) => Tensor): CatalogueEntry => ({
  name,
  f: (a, b) => f(a, b),
  inputs: [[[3, 7]], [[3, 7]]],
});

const images = (
  name: string,
  f: (x: tf.Tensor4D) => Tensor,
  shape = [2, 5, 6, 3],
): CatalogueEntry => ({
  name,
  f: (x) => f(as4d(x)),
  inputs: [[shape]],
});

const withFilter = (
  name: string,
  f: (x: Tensor, filter: Tensor) => Tensor,
  filter: number[],
  shape = [2, 5, 6, 3],
): CatalogueEntry => ({ name, f: (x, w) => f(x, w), inputs: [[shape], [filter]] });

const CONDITION = [true, false, true, false, false, true, true];

/** Element by element. */
const ELEMENTWISE: CatalogueEntry[] = [
  unary('abs', tf.abs),
  unary('acos', tf.acos, 'unit'),
  unary('acosh', tf.acosh, 'above1'),
  unary('asin', tf.asin, 'unit'),
  unary('asinh', tf.asinh),
  unary('atan', tf.atan),
  unary('atanh', tf.atanh, 'unit'),
  unary('cast', (x) => tf.cast(x, 'float32')),
  unary('clipByValue', (x) => tf.clipByValue(x, -0.5, 0.8)),
  { ...unary('cos', tf.cos), toleranceOnGPU: 5e-3 },
  unary('cosh', tf.cosh),
  unary('elu', tf.elu),
  unary('erf', tf.erf),
  unary('exp', tf.exp),
  unary('expm1', tf.expm1),
  unary('leakyRelu', (x) => tf.leakyRelu(x, 0.2)),
  unary('log', tf.log, 'positive'),
  unary('log1p', tf.log1p, 'positive'),
  { ...unary('logSigmoid', logSigmoid), stock: (x) => tf.logSigmoid(tf.mul(x, 1)) },
  unary('neg', tf.neg),
  unary('reciprocal', tf.reciprocal, 'away'),
  unary('relu', tf.relu),
  unary('relu6', (x) => tf.relu6(tf.mul(x, 5))),
  unary('rsqrt', tf.rsqrt, 'positive'),
  unary('selu', tf.selu),
  unary('sigmoid', tf.sigmoid),
  { ...unary('sin', tf.sin), toleranceOnGPU: 5e-3 },
  unary('sinh', tf.sinh),
  unary('softplus', tf.softplus),
  unary('sqrt', tf.sqrt, 'positive'),
  unary('square', tf.square),
  unary('swish', (x) => tf.mul(x, tf.sigmoid(x))),
  { ...unary('tan', tf.tan, 'unit'), toleranceOnGPU: 5e-3 },
  unary('tanh', tf.tanh),
  unary('where, constant condition', (x) => tf.where(CONDITION, x, tf.mul(x, x))),
  unary('where, condition from x', (x) => tf.where(tf.greater(x, 0.1), x, tf.mul(x, x))),
  binary('add', tf.add),
  binary('atan2', tf.atan2, 'away', 'positive'),
  binary('div', tf.div, 'any', 'away'),
  binary('maximum, two shapes', tf.maximum),
  binary('minimum, two shapes', tf.minimum),
  ofOneShape('maximum', tf.maximum),
  ofOneShape('minimum', tf.minimum),
  binary('mul', tf.mul),
  binary('pow, both', tf.pow, 'positive', 'any'),
  binary('prelu', tf.prelu),
  binary('squaredDifference, two shapes', tf.squaredDifference),
  ofOneShape('squaredDifference', tf.squaredDifference),
  binary('sub', tf.sub),
];

/** Along an axis. */
const REDUCTIONS: CatalogueEntry[] = [
  unary('cumsum', (x) => tf.cumsum(x, 1)),
  unary('cumsum, inner axis', (x) => tf.cumsum(x, 0, true)),
  { ...unary('cumsum, of 8', (x) => tf.cumsum(x, 1)), inputs: [[[2, 8]]] },
  { ...unary('logSoftmax', logSoftmax), stock: (x) => tf.logSoftmax(x) },
  unary('logSumExp', (x) => tf.logSumExp(x, 1)),
  unary('max', (x) => tf.max(x, 1)),
  unary('mean', (x) => tf.mean(x, 0)),
  unary('min', (x) => tf.min(x, 0)),
  unary('moments', (x) => tf.moments(x, 1).variance),
  unary('norm', (x) => tf.norm(x, 2, 1)),
  unary('prod', (x) => tf.prod(x, 1)),
  unary('prod, all axes', (x) => tf.prod(tf.slice(x, [0, 0], [2, 4]))),
  unary('softmax', (x) => tf.softmax(x)),
  unary('sum', (x) => tf.sum(x, 1)),
  binary('sigmoidCrossEntropy', (x, y) =>
    tf.losses.sigmoidCrossEntropy(tf.sigmoid(tf.mul(tf.onesLike(x), y)), x),
  ),
  {
    name: 'softmaxCrossEntropy',
    f: (labels, logits) => softmaxCrossEntropy({ labels: labels, logits: logits }),
    stock: (labels, logits) => tf.losses.softmaxCrossEntropy(labels, logits, undefined, 0, 0),
    inputs: [[[3, 4], 'positive'], [[3, 4]]],
  },
];

/** Products. */
const PRODUCTS: CatalogueEntry[] = [
  { name: 'matMul', f: (a, b) => tf.matMul(a, b), inputs: [[[3, 5]], [[5, 4]]] },
  {
    name: 'matMul, transposed',
    f: (a, b) => tf.matMul(a, b, true, true),
    inputs: [[[5, 3]], [[4, 5]]],
  },
  { name: 'matMul, batched', f: (a, b) => tf.matMul(a, b), inputs: [[[2, 3, 5]], [[2, 5, 4]]] },
  {
    name: 'einsum',
    f: (a, b) => tf.einsum('bij,bjk->bik', a, b),
    inputs: [[[2, 3, 5]], [[2, 5, 4]]],
  },
  { name: 'einsum, one operand', f: (a) => tf.einsum('bij->ji', a), inputs: [[[2, 3, 5]]] },
  {
    name: 'fused matMul',
    f: (a, b, bias) => tf.fused.matMul({ a: a, b: b, bias: bias, activation: 'relu' }),
    inputs: [[[3, 5]], [[5, 4]], [[4]]],
  },
];

const CONVOLUTIONS: CatalogueEntry[] = [
  {
    name: 'conv1d',
    f: (x, w) => tf.conv1d(x as tf.Tensor3D, w as tf.Tensor3D, 2, 'same'),
    inputs: [[[2, 9, 3]], [[4, 3, 2]]],
  },
  withFilter('conv2d', (x, w) => tf.conv2d(as4d(x), as4d(w), 1, 'same'), [3, 3, 3, 4]),
  withFilter('conv2d, stride 2', (x, w) => tf.conv2d(as4d(x), as4d(w), 2, 'valid'), [3, 2, 3, 4]),
  withFilter(
    'conv2dTranspose',
    (x, w) => tf.conv2dTranspose(as4d(x), as4d(w), [2, 10, 12, 4], 2, 'same'),
    [4, 4, 4, 3],
  ),
  withFilter(
    'depthwiseConv2d',
    (x, w) => tf.depthwiseConv2d(as4d(x), as4d(w), 1, 'same'),
    [3, 3, 3, 2],
  ),
  withFilter(
    'depthwiseConv2d, stride 2',
    (x, w) => tf.depthwiseConv2d(as4d(x), as4d(w), 2, 'valid'),
    [3, 2, 3, 1],
  ),
  {
    name: 'separableConv2d',
    f: (x, d, p) => tf.separableConv2d(as4d(x), as4d(d), as4d(p), 1, 'same'),
    inputs: [[[2, 5, 6, 3]], [[3, 3, 3, 1]], [[1, 1, 3, 4]]],
  },
  withFilter(
    'conv3d',
    (x, w) => tf.conv3d(x as tf.Tensor5D, w as tf.Tensor5D, 1, 'same'),
    [2, 3, 2, 2, 3],
    [2, 3, 4, 3, 2],
  ),
  withFilter(
    'conv3dTranspose',
    (x, w) => tf.conv3dTranspose(x as tf.Tensor5D, w as tf.Tensor5D, [1, 4, 4, 6, 2], 2, 'same'),
    [2, 2, 2, 2, 3],
    [1, 2, 2, 3, 3],
  ),
  {
    name: 'fused conv2d, leakyrelu',
    f: (x, w, bias) =>
      tf.fused.conv2d({
        x: as4d(x),
        filter: as4d(w),
        strides: 2,
        pad: 'same',
        bias: bias,
        activation: 'leakyrelu',
        leakyreluAlpha: 0.2,
      }),
    inputs: [[[2, 5, 6, 3]], [[3, 3, 3, 4]], [[4]]],
  },
];

const POOLING: CatalogueEntry[] = [
  images('avgPool', (x) => tf.avgPool(x, 2, 2, 'valid')),
  images("avgPool, 'same' with padding", (x) => tf.avgPool(x, 3, 2, 'same')),
  images('maxPool', (x) => tf.maxPool(x, 2, 2, 'valid')),
  images("maxPool, 'same', negative", (x) => tf.maxPool(tf.sub<tf.Tensor4D>(x, 9), 3, 2, 'same')),
  images(
    "avgPool3d, 'same' with padding",
    (x) => tf.avgPool3d(tf.reshape<tf.Rank.R5>(x, [1, 3, 4, 5, 2]), 2, 2, 'same'),
    [3, 4, 5, 2],
  ),
  images(
    'maxPool3d',
    (x) => tf.maxPool3d(tf.reshape<tf.Rank.R5>(x, [1, 3, 4, 5, 2]), 2, 1, 'valid'),
    [3, 4, 5, 2],
  ),
];

const RESIZING: CatalogueEntry[] = [
  images('resizeNearestNeighbor', (x) => tf.image.resizeNearestNeighbor(x, [10, 12])),
  images('resizeNearestNeighbor, alignCorners', (x) =>
    tf.image.resizeNearestNeighbor(x, [8, 9], true),
  ),
  images('resizeNearestNeighbor, half-pixel', (x) =>
    tf.image.resizeNearestNeighbor(x, [8, 4], false, true),
  ),
  images('resizeBilinear', (x) => tf.image.resizeBilinear(x, [8, 9])),
  images('resizeBilinear, alignCorners', (x) => tf.image.resizeBilinear(x, [8, 4], true)),
  images('resizeBilinear, half-pixel', (x) => tf.image.resizeBilinear(x, [8, 4], false, true)),
];

/** What moves elements about. */
const REARRANGING: CatalogueEntry[] = [
  unary('broadcastTo', (x) => tf.broadcastTo(x, [2, 3, 7])),
  binary('concat', (a, b) => tf.concat([a, tf.reshape(b, [1, 7])], 0)),
  images('depthToSpace', (x) => tf.depthToSpace(x, 2, 'NHWC'), [2, 3, 2, 8]),
  unary('gather', (x) => tf.gather(x, [4, 0, 4], 1)),
  images('mirrorPad, reflect', (x) =>
    tf.mirrorPad(
      x,
      [
        [0, 0],
        [2, 1],
        [1, 3],
        [0, 0],
      ],
      'reflect',
    ),
  ),
  images('mirrorPad, symmetric', (x) =>
    tf.mirrorPad(
      x,
      [
        [0, 0],
        [2, 0],
        [1, 3],
        [0, 0],
      ],
      'symmetric',
    ),
  ),
  unary('pad', (x) =>
    tf.pad(x, [
      [1, 0],
      [2, 1],
    ]),
  ),
  unary('reshape', (x) => tf.reshape(x, [7, 3])),
  unary('reverse', (x) => tf.reverse(x, 1)),
  unary('slice', (x) => tf.slice(x, [1, 2], [2, 3])),
  images('spaceToBatchND', (x) =>
    tf.spaceToBatchND(
      x,
      [2, 2],
      [
        [1, 0],
        [0, 0],
      ],
    ),
  ),
  unary('split', (x) => tf.mul(...(tf.split(x, [2, 2, 3], 1).slice(0, 2) as [Tensor, Tensor]))),
  binary('stack', (a, b) => tf.stack([b, tf.sum(a, 0)])),
  unary('stridedSlice', (x) => tf.stridedSlice(x, [0, 1], [3, 7], [2, 3])),
  unary('stridedSlice, backwards', (x) => tf.stridedSlice(x, [2, 6], [0, 1], [-1, -2])),
  unary('tile', (x) => tf.tile(x, [2, 3])),
  unary('transpose', (x) => tf.transpose(x)),
  unary('unstack', (x) => tf.mul(...(tf.unstack(x).slice(0, 2) as [Tensor, Tensor]))),
];

const NORMALIZATION: CatalogueEntry[] = [
  {
    name: 'batchNorm',
    f: (x, mean, variance, offset, scale) =>
      tf.batchNorm(
        as4d(x),
        mean as tf.Tensor1D,
        variance as tf.Tensor1D,
        offset as tf.Tensor1D,
        scale as tf.Tensor1D,
        1e-3,
      ),
    inputs: [[[2, 3, 2, 4]], [[4]], [[4], 'positive'], [[4]], [[4]]],
  },
  images(
    'localResponseNormalization',
    (x) => tf.localResponseNormalization(x, 1, 1, 0.5, 0.75),
    [2, 3, 2, 6],
  ),
];

/** Every op that a critic may hold. */
export const OPS: readonly CatalogueEntry[] = [
  ...ELEMENTWISE,
  ...REDUCTIONS,
  ...PRODUCTS,
  ...CONVOLUTIONS,
  ...POOLING,
  ...RESIZING,
  ...REARRANGING,
  ...NORMALIZATION,
];
