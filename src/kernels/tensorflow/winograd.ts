import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { inSequence } from './addon.js';
import type { Operand, Sequence } from './addon.js';
import { OF_FLOATS, dtype, flag, int } from './tensorflow_backend.js';
import type { TensorflowBackend } from './tensorflow_backend.js';
import { PLANES, transformsOf } from './winograd_matrices.js';
import { dataPlaces, reachesOut, resultPlaces, tilePlaces, tilesOf } from './winograd_tiles.js';
import type { Plane } from './winograd_tiles.js';
import type { TiledConvolution } from './tiled_convolution.js';

/*
 * Winograd's F(7 − r, r) by products of matrices: y = Aᵀ(Gg ⊙ Bᵀd), where the sum over channels makes
 * ⊙ 36 products. For 3 × 3 taps they are a quarter of the multiplications of oneDNN's convolution.
 */

/** Computes y from x and a filter; `turned` turns the filter by 180° and exchanges its channels. */
export function convolveByTiles(
  backend: TensorflowBackend,
  conv: TiledConvolution,
  x: TensorInfo,
  filter: TensorInfo,
  turned: boolean,
): Tensor {
  const { batch, inChannels, outChannels, outHeight, outWidth, taps } = conv;
  const tiles = countOf(conv);
  return inSequence(backend, (ops) => {
    const [first, last] = turned ? [outChannels, inChannels] : [inChannels, outChannels];
    const data = transformed(ops, conv, 'data', x);
    const rows = reshaped(ops, ops.operand(filter), [taps ** 2, first * last]);
    const filters = multiplied(ops, matrix(ops, taps, turned ? 'turnedFilter' : 'filter'), rows);
    const sums = ops.run(
      'BatchMatMulV2',
      [OF_FLOATS, flag('adj_x', false), flag('adj_y', turned)],
      data,
      reshaped(ops, filters, [PLANES, first, last]),
    );
    const flat = reshaped(ops, sums, [PLANES, tiles * outChannels]);
    const results = multiplied(ops, matrix(ops, taps, 'results'), flat, true);
    const places = ops.constant(`tiles ${nameOf(conv)}`, () => ({
      shape: [batch, outHeight, outWidth],
      values: tilePlaces(conv),
    }));
    return gathered(ops, reshaped(ops, results, [-1, outChannels]), places);
  });
}

/** Computes the gradient in the filter from slopes `dy` of the results, by the transposed matrices. */
export function filterGradientByTiles(
  backend: TensorflowBackend,
  conv: TiledConvolution,
  x: TensorInfo,
  dy: TensorInfo,
): Tensor {
  const { inChannels, outChannels, taps } = conv;
  return inSequence(backend, (ops) => {
    const products = ops.run(
      'BatchMatMulV2',
      [OF_FLOATS, flag('adj_x', true), flag('adj_y', false)],
      transformed(ops, conv, 'data', x),
      transformed(ops, conv, 'results', dy),
    );
    const flat = reshaped(ops, products, [PLANES, inChannels * outChannels]);
    const gradient = multiplied(ops, matrix(ops, taps, 'filter'), flat, true);
    return reshaped(ops, gradient, [taps, taps, inChannels, outChannels]);
  });
}

/** Computes Bᵀd of images, or Ay of results: [36, tiles, channels]. */
function transformed(
  ops: Sequence,
  conv: TiledConvolution,
  what: 'data' | 'results',
  x: TensorInfo,
): Operand {
  const channels = x.shape.at(-1)!;
  const tiles = countOf(conv);
  const places = ops.constant(`${what} ${nameOf(conv)}`, () => {
    const values = what === 'data' ? dataPlaces(conv) : resultPlaces(conv);
    return { shape: [values.length / tiles, tiles], values };
  });
  let rows = reshaped(ops, ops.operand(x), [-1, channels]);
  if (reachesOut(conv, what))
    rows = ops.run(
      'ConcatV2',
      [OF_FLOATS, int('N', 2), dtype('Tidx', 'int32')],
      rows,
      ops.constant(`zeros ${channels}`, () => ({
        shape: [1, channels],
        values: new Float32Array(channels),
      })),
      firstAxis(ops),
    );
  const elements = reshaped(ops, gathered(ops, rows, places), [-1, tiles * channels]);
  return reshaped(ops, multiplied(ops, matrix(ops, conv.taps, what), elements), [
    PLANES,
    tiles,
    channels,
  ]);
}

const countOf = (conv: TiledConvolution): number => {
  const [down, across] = tilesOf(conv);
  return conv.batch * down * across;
};

const nameOf = ({ batch, height, width, top, left, outHeight, outWidth, taps }: Plane): string =>
  [batch, height, width, top, left, outHeight, outWidth, taps].join();

const matrix = (ops: Sequence, taps: number, which: keyof ReturnType<typeof transformsOf>) =>
  ops.constant(`${which} ${taps}`, () => {
    const rows = transformsOf(taps)[which];
    return { shape: [rows.length, rows[0]!.length], values: Float32Array.from(rows.flat()) };
  });

const firstAxis = (ops: Sequence): Operand =>
  ops.constant('axis 0', () => ({ shape: [], values: Int32Array.of(0) }));

const reshaped = (ops: Sequence, x: Operand, shape: readonly number[]): Operand =>
  ops.run('Reshape', [OF_FLOATS, dtype('Tshape', 'int32')], x, ops.integers(shape));

const multiplied = (ops: Sequence, a: Operand, b: Operand, transposed = false): Operand =>
  ops.run('MatMul', [OF_FLOATS, flag('transpose_a', transposed), flag('transpose_b', false)], a, b);

const gathered = (ops: Sequence, rows: Operand, places: Operand): Operand =>
  ops.run(
    'GatherV2',
    [
      dtype('Tparams', 'float32'),
      dtype('Tindices', 'int32'),
      dtype('Taxis', 'int32'),
      int('batch_dims', 0),
    ],
    rows,
    places,
    firstAxis(ops),
  );
