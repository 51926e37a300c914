import { BatchMatMul, tidy, transpose } from '@tensorflow/tfjs-core';
import type { BatchMatMulAttrs, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { kernelFunc, toTensor } from './wasm_backend.js';
import type { KernelCall, KernelReplacement } from './wasm_backend.js';

type Call = KernelCall<{ a: Tensor; b: Tensor }, BatchMatMulAttrs>;

/**
 * Matrix products with a transposed operand: an operand is transposed first.
 *
 * Stock wasm has a fast product only for operands as they lie, and falls to a scalar loop for
 * transposed ones, which both gradients of a dense layer are: it takes [64,100]ᵀ × [64,3136] 7
 * times, [64,3136] × [100,3136]ᵀ 7 times and [64,512] × [512,512]ᵀ 10 times as long.
 */
export const batchMatMul: KernelReplacement = {
  kernelName: BatchMatMul,
  make: (stock) =>
    kernelFunc((call: Call) => {
      const { a, b } = call.inputs;
      const { transposeA, transposeB } = call.attrs;
      const asTheyLie = !transposeA && !transposeB;
      // several matrices take the scalar loop in any case
      if (asTheyLie || !isOneMatrix(a) || !isOneMatrix(b)) return stock(call);
      const product = (left: Tensor, right: Tensor): Tensor => {
        const attrs = { transposeA: false, transposeB: false };
        return toTensor(stock({ ...call, inputs: { a: left, b: right }, attrs }));
      };
      return tidy(() => {
        // the right operand is repacked, which costs more than a transpose: let it be the smaller
        if (!transposeA && b.size > a.size) return transposed(product(b, transposed(a)));
        return product(transposeA ? transposed(a) : a, transposeB ? transposed(b) : b);
      });
    }),
};

const isOneMatrix = ({ shape }: TensorInfo) => shape.slice(0, -2).every((size) => size === 1);

function transposed(x: Tensor): Tensor {
  const axes = x.shape.map((_, axis) => axis);
  return transpose(x, [...axes.slice(0, -2), axes.length - 1, axes.length - 2]);
}
