import { BatchMatMul, broadcast_util, reshape, tidy, transpose, util } from '@tensorflow/tfjs-core';
import type { BatchMatMulAttrs, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { heapViews, kernelFunc, toTensor, withParts } from './wasm_backend.js';
import type { FloatPair, KernelCall, KernelReplacement, WasmBackend } from './wasm_backend.js';

type Call = KernelCall<{ a: Tensor; b: Tensor }, BatchMatMulAttrs>;
type Product = (a: TensorInfo, b: TensorInfo) => TensorInfo;

/**
 * What a fast product costs besides its multiplications, in multiplications of the scalar loop: the call,
 * and the repacking of each element of the right operand.
 */
const CALL = 10_000;
const REPACKING = 3;

/**
 * Matrix products with a transposed operand, and those of several matrices.
 *
 * Stock wasm has a fast product only for two matrices as they lie, and falls to a scalar loop for
 * transposed operands, which both gradients of a dense layer have, and for batches, which attention is
 * made of: [16,1024,256] × [16,256,256] takes it 12 times as long. Here an operand is transposed first, and
 * a batch is one fast product after another.
 */
export const batchMatMul: KernelReplacement = {
  kernelName: BatchMatMul,
  make: (stock) =>
    kernelFunc((call: Call) => {
      const { backend } = call;
      const { a, b } = call.inputs;
      const { transposeA, transposeB } = call.attrs;
      const product: Product = (left, right) =>
        stock({
          ...call,
          inputs: { a: left, b: right },
          attrs: { transposeA: false, transposeB: false },
        });
      const [rows, inner] = matrix(a, transposeA);
      const [columns] = matrix(b, !transposeB);
      const [ofA, ofB] = [matrices(a), matrices(b)];
      if (ofA === 1 && ofB === 1)
        return transposeA || transposeB ? oneProduct(a, b, call.attrs, product) : stock(call);
      const batch = broadcast_util.assertAndGetBroadcastShape(
        a.shape.slice(0, -2),
        b.shape.slice(0, -2),
      );
      // two batches that are repeated along different axes are left to tfjs
      if (util.sizeFromShape(batch) > Math.max(ofA, ofB)) return stock(call);
      if ((rows - REPACKING) * inner * columns < CALL) return stock(call);
      return tidy(() => {
        const left = transposeA ? transposed(a) : a;
        const right = transposeB ? transposed(b) : b;
        // one right operand for all: one product of all rows
        if (ofB === 1)
          return reshape(
            toTensor(product(reshape(left, [ofA * rows, inner]), reshape(right, [inner, columns]))),
            [...batch, rows, columns],
          );
        const out = toTensor(backend.makeOutput([ofB, rows, columns], 'float32'));
        for (let i = 0; i < ofB; i++)
          withParts(
            backend,
            [
              { of: left, start: ofA === 1 ? 0 : i * rows * inner, shape: [1, rows, inner] },
              { of: right, start: i * inner * columns, shape: [1, inner, columns] },
            ],
            (leftMatrix, rightMatrix) =>
              copyInto(out, i * rows * columns, product(leftMatrix, rightMatrix), backend),
          );
        return reshape(out, [...batch, rows, columns]);
      });
    }),
};

function oneProduct(
  a: Tensor,
  b: Tensor,
  { transposeA, transposeB }: BatchMatMulAttrs,
  product: Product,
): TensorInfo {
  return tidy(() => {
    // the right operand is repacked, which costs more than a transpose: let it be the smaller
    if (!transposeA && b.size > a.size) return transposed(toTensor(product(b, transposed(a))));
    return toTensor<Tensor>(
      product(transposeA ? transposed(a) : a, transposeB ? transposed(b) : b),
    );
  });
}

/** Rows and columns, as they are after the transpose. */
function matrix({ shape }: TensorInfo, isTransposed: boolean): [rows: number, columns: number] {
  const [rows, columns] = shape.slice(-2) as [number, number];
  return isTransposed ? [columns, rows] : [rows, columns];
}

const matrices = ({ shape }: TensorInfo) => util.sizeFromShape(shape.slice(0, -2));

function transposed(x: Tensor): Tensor {
  const axes = x.shape.map((_, axis) => axis);
  return transpose(x, [...axes.slice(0, -2), axes.length - 1, axes.length - 2]);
}

function copyInto(out: TensorInfo, start: number, part: TensorInfo, backend: WasmBackend): void {
  const [from, to] = heapViews<FloatPair>(backend, part, out);
  to.set(from, start);
  backend.disposeData(part.dataId);
}
