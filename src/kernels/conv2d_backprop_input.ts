import {
  Conv2DBackpropInput,
  backend_util,
  conv2d,
  matMul,
  reshape,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core';
import type { Conv2DBackpropInputAttrs, TensorInfo, Tensor4D } from '@tensorflow/tfjs-core';
import { patchElements, scatterPatches } from './patches.js';
import { heapViews, kernelFunc, toTensor } from './wasm_backend.js';
import type { FloatPair, KernelCall, KernelReplacement, WasmBackend } from './wasm_backend.js';

type Call = KernelCall<{ dy: Tensor4D; filter: Tensor4D }, Conv2DBackpropInputAttrs>;

/** Patch matrices above this many elements (64 MiB) cost more memory than they save time. */
const MOST_PATCH_ELEMENTS = 2 ** 24;

/**
 * The gradient of a convolution in its input, which is also the forward pass of a transposed
 * convolution: `dx[n, s·p+i, s·q+j, c] = Σ dy[n,p,q,d] · W[i,j,c,d]`.
 *
 * Stock wasm loops over it in scalar code, 8 to 10 times slower than its own forward pass.
 */
export const conv2DBackpropInput: KernelReplacement = {
  kernelName: Conv2DBackpropInput,
  make: (stock) =>
    kernelFunc((call: Call) => {
      const { inputs, attrs, backend } = call;
      if (attrs.dataFormat !== 'NHWC') return stock(call);
      const { dy, filter } = inputs;
      const conv = backend_util.computeConv2DInfo(
        attrs.inputShape,
        filter.shape,
        attrs.strides,
        1,
        attrs.pad,
        attrs.dimRoundingMode,
      );
      return prefersPatches(conv)
        ? byPatches(dy, filter, conv, backend)
        : byPhase(dy, filter, conv, backend);
    }),
};

/**
 * A convolution computes eight output channels at once, so with few of them most of {@link byPhase}
 * is thrown away: 2.5 to 5 times slower on one channel, even at eight.
 */
function prefersPatches(conv: backend_util.Conv2DInfo): boolean {
  return conv.inChannels <= 4 && patchElements(conv) <= MOST_PATCH_ELEMENTS;
}

/** patches = dy · Wᵀ, each row added where its patch lies. */
function byPatches(
  dy: Tensor4D,
  filter: Tensor4D,
  conv: backend_util.Conv2DInfo,
  backend: WasmBackend,
): TensorInfo {
  return tidy(() => {
    const { outChannels } = conv;
    const rows = conv.batchSize * conv.outHeight * conv.outWidth;
    const weights = reshape(filter, [patchElements(conv) / rows, outChannels]);
    const patches = matMul(reshape(dy, [rows, outChannels]), transpose(weights));
    const dx = backend.makeOutput(conv.inShape, 'float32');
    const [rowsOfPatches, image] = heapViews<FloatPair>(backend, patches, dx);
    scatterPatches(rowsOfPatches, conv, image);
    return toTensor(dx);
  });
}

/** The positions a, a + stride, a + 2·stride … of one axis of dx, and what contributes to them. */
interface Phase {
  readonly offset: number;
  readonly stride: number;
  readonly count: number;
  /** Filter taps that reach these positions, in the order in which a correlation meets them. */
  readonly taps: readonly number[];
  /** Padding of dy; where it would be negative, `skip` leading results are left out instead. */
  readonly before: number;
  readonly after: number;
  readonly skip: number;
}

/** dx[s·p + i − pad] = Σ dy[p]·W[i]: position a + s·m is reached by the taps i ≡ a + pad (mod s). */
function phasesOf(
  size: number,
  outSize: number,
  filterSize: number,
  stride: number,
  pad: number,
): Phase[] {
  return Array.from({ length: Math.min(stride, size) }, (_, offset) => {
    const taps: number[] = [];
    // 3-D convolutions have negative padding where the stride is longer than the filter
    const nearest = (((offset + pad) % stride) + stride) % stride;
    for (let i = nearest; i < filterSize; i += stride) taps.unshift(i);
    const count = Math.ceil((size - offset) / stride);
    const first = taps.length === 0 ? 0 : (offset + pad - taps[0]!) / stride; // first p to contribute
    return {
      offset,
      stride,
      count,
      taps,
      before: Math.max(0, -first),
      after: Math.max(0, first + count - 1 + taps.length - outSize),
      skip: Math.max(0, first),
    };
  });
}

/**
 * One convolution of dy for each residue of the position modulo the stride, with the filter taps
 * that reach it: no multiplication with an inserted zero. Exactly as many products as the forward
 * pass has; measured at 1.0 to 1.5 times its time.
 */
function byPhase(
  dy: Tensor4D,
  filter: Tensor4D,
  conv: backend_util.Conv2DInfo,
  backend: WasmBackend,
): TensorInfo {
  const { inHeight, inWidth, outHeight, outWidth, filterHeight, filterWidth, padInfo } = conv;
  const rows = phasesOf(inHeight, outHeight, filterHeight, conv.strideHeight, padInfo.top);
  const columns = phasesOf(inWidth, outWidth, filterWidth, conv.strideWidth, padInfo.left);
  return tidy(() => {
    const transposed = transpose(filter, [0, 1, 3, 2]);
    const dx = toTensor<Tensor4D>(backend.makeOutput(conv.inShape, 'float32'));
    // a stride longer than the filter leaves positions that nothing reaches
    const reached = [...rows, ...columns].every(({ taps }) => taps.length > 0);
    if (!reached) heapViews<[Float32Array]>(backend, dx)[0].fill(0);
    for (const row of rows)
      for (const column of columns) {
        if (row.taps.length === 0 || column.taps.length === 0) continue;
        tidy(() => {
          const phase = conv2d(dy, subFilter(transposed, row, column, backend), 1, [
            [0, 0],
            [row.before, row.after],
            [column.before, column.after],
            [0, 0],
          ]);
          interleave(phase, dx, row, column, backend);
        });
      }
    return dx;
  });
}

/** The taps of one phase, as a filter of their own. */
function subFilter(filter: Tensor4D, row: Phase, column: Phase, backend: WasmBackend): Tensor4D {
  const [, filterWidth, depth, channels] = filter.shape;
  const shape = [row.taps.length, column.taps.length, depth, channels];
  const part = backend.makeOutput(shape, 'float32');
  const [from, to] = heapViews<FloatPair>(backend, filter, part);
  const size = depth * channels;
  let at = 0;
  for (const i of row.taps)
    for (const j of column.taps) {
      const tap = (i * filterWidth + j) * size;
      to.set(from.subarray(tap, tap + size), at);
      at += size;
    }
  return toTensor(part);
}

/** Writes the results of one phase to their places in dx. */
function interleave(
  phase: Tensor4D,
  dx: Tensor4D,
  row: Phase,
  column: Phase,
  backend: WasmBackend,
): void {
  const [batch, height, width, channels] = dx.shape;
  const [, phaseHeight, phaseWidth] = phase.shape;
  const [from, to] = heapViews<FloatPair>(backend, phase, dx);
  // moving within one view of the heap is the fastest copy of short runs
  const heap = new Float32Array(to.buffer);
  const fromStart = from.byteOffset / heap.BYTES_PER_ELEMENT;
  const toStart = to.byteOffset / heap.BYTES_PER_ELEMENT;
  for (let n = 0; n < batch; n++)
    for (let h = 0; h < row.count; h++) {
      const fromRow = (n * phaseHeight + row.skip + h) * phaseWidth + column.skip;
      const toRow = (n * height + row.offset + h * row.stride) * width + column.offset;
      for (let w = 0; w < column.count; w++) {
        const read = fromStart + (fromRow + w) * channels;
        const write = toStart + (toRow + w * column.stride) * channels;
        heap.copyWithin(write, read, read + channels);
      }
    }
}
