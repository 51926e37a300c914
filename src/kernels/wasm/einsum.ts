import { Einsum, matMul, reshape, sum, tidy, transpose } from '@tensorflow/tfjs-core';
import type { EinsumAttrs, Tensor, Tensor3D } from '@tensorflow/tfjs-core';
import { kernelFunc } from '../replacement.js';
import type { KernelReplacement } from '../replacement.js';
import type { WasmKernelCall } from './runtime/wasm_backend.js';

type Call = WasmKernelCall<Tensor[], EinsumAttrs>;

/** A tensor with a letter for each axis. */
interface Lettered {
  readonly letters: readonly string[];
  readonly tensor: Tensor;
}

/** Sums away the letters that occur nowhere else. */
function withoutStrays({ letters, tensor }: Lettered, elsewhere: ReadonlySet<string>): Lettered {
  const strays = letters.flatMap((letter, axis) => (elsewhere.has(letter) ? [] : [axis]));
  if (strays.length === 0) return { letters, tensor };
  return {
    letters: letters.filter((letter) => elsewhere.has(letter)),
    tensor: sum(tensor, strays),
  };
}

/** Returns a tensor with its axes in another order. */
const inOrder = ({ letters, tensor }: Lettered, order: readonly string[]): Tensor =>
  transpose(
    tensor,
    order.map((letter) => letters.indexOf(letter)),
  );

/** Multiplies operands as stacks of matrices: letters of both and the result stack, shared ones contract. */
function product(a: Lettered, b: Lettered, result: readonly string[]): Lettered {
  const shared = a.letters.filter((letter) => b.letters.includes(letter));
  const stacked = shared.filter((letter) => result.includes(letter));
  const contracted = shared.filter((letter) => !result.includes(letter));
  const rows = a.letters.filter((letter) => !shared.includes(letter));
  const columns = b.letters.filter((letter) => !shared.includes(letter));
  const size = (of: Lettered, letters: readonly string[]) =>
    letters.map((letter) => of.tensor.shape[of.letters.indexOf(letter)]!);
  const count = (sizes: number[]) => sizes.reduce((total, one) => total * one, 1);
  const stack = size(a, stacked);
  const inner = count(size(a, contracted));
  const left: Tensor3D = reshape(inOrder(a, [...stacked, ...rows, ...contracted]), [
    count(stack),
    count(size(a, rows)),
    inner,
  ]);
  const right: Tensor3D = reshape(inOrder(b, [...stacked, ...contracted, ...columns]), [
    count(stack),
    inner,
    count(size(b, columns)),
  ]);
  return {
    letters: [...stacked, ...rows, ...columns],
    tensor: reshape(matMul(left, right), [...stack, ...size(a, rows), ...size(b, columns)]),
  };
}

/** Einstein sums of one or two operands, by matrix products. Stock wasm has none. */
export const einsum: KernelReplacement = {
  kernelName: Einsum,
  make: () =>
    kernelFunc(({ inputs, attrs: { equation } }: Call) => {
      const [left, right] = equation.replaceAll(' ', '').split('->') as [string, string];
      const terms = left.split(',');
      const result = [...right];
      if (terms.length !== inputs.length || terms.length > 2)
        throw new Error(`einsum: '${equation}' must name one or two operands, and all of them`);
      return tidy(() => {
        const operands = terms.map((term, i) => {
          const others = terms.filter((_, j) => j !== i);
          const letters = [...term];
          return withoutStrays(
            { letters, tensor: inputs[i]! },
            new Set([right, ...others].join('')),
          );
        });
        const [a, b] = operands as [Lettered, Lettered | undefined];
        return inOrder(b === undefined ? a : product(a, b, result), result);
      });
    }),
};
