import { broadcastTo, einsum as contract, reshape, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { gradFunc } from './gradient_repair.js';
import type { GradientRepair } from './gradient_repair.js';

interface EinsumAttrs {
  readonly equation: string;
}

/**
 * Computes ∂/∂xᵢ of an Einstein sum, the Einstein sum of dy and the other operands with the letters
 * of xᵢ as its result; dy is constant along a letter that occurs only in xᵢ, as it was summed away.
 * tfjs has none. Its kernels take one or two operands, without a letter repeated in one of them.
 */
function ofOperand(index: number, dy: Tensor, operands: Tensor[], equation: string): Tensor {
  return tidy(() => {
    const [left, result] = equation.replaceAll(' ', '').split('->') as [string, string];
    const terms = left.split(',');
    const own = [...terms[index]!];
    const others = operands.filter((_, i) => i !== index);
    const otherTerms = terms.filter((_, i) => i !== index);
    const elsewhere = new Set([result, ...otherTerms].join(''));
    const kept = own.filter((letter) => elsewhere.has(letter));
    const sum = contract(`${[result, ...otherTerms].join(',')}->${kept.join('')}`, dy, ...others);
    if (kept.length === own.length) return sum;
    const shape = operands[index]!.shape;
    const ones = shape.map((size, i) => (elsewhere.has(own[i]!) ? size : 1));
    return broadcastTo(reshape(sum, ones), shape);
  });
}

/** The gradient of Einstein sums, by Einstein sums. */
export const einsum: GradientRepair = {
  kernelName: 'Einsum',
  make: () => ({
    kernelName: 'Einsum',
    saveAllInputs: true,
    gradFunc: gradFunc<EinsumAttrs>((dy, operands, { equation }) =>
      Object.fromEntries(operands.map((_, i) => [i, () => ofOperand(i, dy, operands, equation)])),
    ),
  }),
};
