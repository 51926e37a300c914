import { BatchMatMul, _FusedMatMul, broadcast_util, util } from '@tensorflow/tfjs-core';
import type {
  BatchMatMulAttrs,
  Tensor,
  TensorInfo,
  _FusedMatMulAttrs,
} from '@tensorflow/tfjs-core';
import { activate } from '../activation.js';
import { matrixProduct, rowMajor, transposedLayout } from './convolution/matrix_product.js';
import type { Layout } from './convolution/matrix_product.js';
import { simdOf } from './runtime/simd.js';
import { kernelFunc } from '../replacement.js';
import type { KernelReplacement } from '../replacement.js';
import type { WasmKernelCall, WasmBackend } from './runtime/wasm_backend.js';

interface Inputs {
  readonly a: Tensor;
  readonly b: Tensor;
}
type Call = WasmKernelCall<Inputs, BatchMatMulAttrs>;
type FusedCall = WasmKernelCall<
  Inputs & { readonly bias?: Tensor; readonly preluActivationWeights?: Tensor },
  _FusedMatMulAttrs
>;

/**
 * Matrix products, of single matrices and of batches, whichever operand is transposed.
 *
 * Stock wasm has a fast product only for two matrices that are not transposed, and a scalar loop
 * for transposed operands, which both gradients of a dense layer have, and for batches, which
 * attention uses.
 */
export const batchMatMul: KernelReplacement = {
  kernelName: BatchMatMul,
  make: (stock) =>
    kernelFunc((call: Call) =>
      isOurs(call) ? products(call.backend, call.inputs, call.attrs) : stock(call),
    ),
};

/** {@link batchMatMul} with a bias and an activation. */
export const fusedMatMul: KernelReplacement = {
  kernelName: _FusedMatMul,
  make: (stock) =>
    kernelFunc((call: FusedCall) => {
      const { inputs, attrs, backend } = call;
      const { bias, preluActivationWeights } = inputs;
      const isRow = bias === undefined || (bias.rank === 1 && bias.size === columnsOf(call));
      if (!isOurs(call) || !isRow) return stock(call);
      return activate(products(backend, inputs, attrs, bias), attrs, preluActivationWeights);
    }),
};

const isOurs = ({ inputs: { a, b } }: Call | FusedCall): boolean =>
  a.dtype === 'float32' && b.dtype === 'float32';

const columnsOf = ({ inputs: { b }, attrs: { transposeB } }: FusedCall): number =>
  layoutOf(b, transposeB).columns.counts[2];

function products(
  backend: WasmBackend,
  { a, b }: Inputs,
  { transposeA, transposeB }: Pick<BatchMatMulAttrs, 'transposeA' | 'transposeB'>,
  bias?: Tensor,
): TensorInfo {
  const simd = simdOf(backend);
  const batch = broadcast_util.assertAndGetBroadcastShape(batchOf(a), batchOf(b));
  const count = util.sizeFromShape([...batch]);
  const [left, right] = [layoutOf(a, transposeA), layoutOf(b, transposeB)];
  const [rows, inner, columns] = [
    left.rows.counts[2],
    right.rows.counts[2],
    right.columns.counts[2],
  ];
  const out = backend.makeOutput([...batch, rows, columns], 'float32');
  const at = (tensor: TensorInfo) => backend.getMemoryOffset(tensor.dataId);
  if (bias !== undefined) simd.repeat(at(bias), columns, at(out), count * rows);
  // one right operand for all: one product of all rows
  const asOne = b.size === inner * columns && a.size === count * rows * inner && !transposeA;
  const of = asOne ? { matrices: 1, rows: count * rows } : { matrices: count, rows };
  const layouts = {
    a: asOne ? rowMajor(of.rows, inner) : left,
    b: right,
    c: rowMajor(of.rows, columns),
  };
  const [ofA, ofB] = [matricesOf(a, batch), matricesOf(b, batch)];
  const addresses = Array.from({ length: of.matrices }, (_, i) => ({
    a: at(a) + ofA(i) * BYTES,
    b: at(b) + ofB(i) * BYTES,
    c: at(out) + i * rows * columns * BYTES,
  }));
  matrixProduct(simd, layouts, addresses, bias !== undefined);
  return out;
}

const BYTES = Float32Array.BYTES_PER_ELEMENT;

const batchOf = ({ shape }: TensorInfo) => shape.slice(0, -2);

function layoutOf({ shape }: TensorInfo, isTransposed: boolean): Layout {
  const [rows, columns] = shape.slice(-2) as [number, number];
  const layout = rowMajor(rows, columns);
  return isTransposed ? transposedLayout(layout) : layout;
}

/** Makes a function that returns the start of the i-th matrix of the broadcast batch. */
function matricesOf(tensor: TensorInfo, batch: readonly number[]): (i: number) => number {
  const own = batchOf(tensor);
  let size = util.sizeFromShape(tensor.shape.slice(-2));
  const strides = batch.map(() => 0);
  for (let axis = own.length - 1; axis >= 0; axis--) {
    const count = own[axis]!;
    if (count > 1) strides[batch.length - own.length + axis] = size;
    size *= count;
  }
  return (i) => {
    let start = 0;
    for (let axis = batch.length - 1; axis >= 0; axis--) {
      const index = i % batch[axis]!;
      i = (i - index) / batch[axis]!;
      start += index * strides[axis]!;
    }
    return start;
  };
}
