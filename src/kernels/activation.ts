import { elu, leakyRelu, prelu, relu, relu6, sigmoid, tidy } from '@tensorflow/tfjs-core';
import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { fail } from '../internal/check.js';
import { toTensor } from './replacement.js';

/** The activation that tfjs's fused kernels apply to their sums. */
export interface FusedActivation {
  readonly activation: string;
  readonly leakyreluAlpha?: number;
}

/** Returns the slope of a LeakyReLU below 0. */
export const slopeOf = ({ leakyreluAlpha = 0.2 }: FusedActivation): number => leakyreluAlpha;

/** Applies the activation of a fused kernel to its result, and disposes of that. */
export function activate(
  result: TensorInfo,
  fused: FusedActivation,
  preluWeights: Tensor | undefined,
): TensorInfo {
  if (fused.activation === 'linear') return result;
  return tidy(() => activated(toTensor(result), fused, preluWeights));
}

/** Applies the activation of a fused kernel to its sums. */
export function activated(
  x: Tensor,
  fused: FusedActivation,
  preluWeights: Tensor | undefined,
): Tensor {
  const { activation } = fused;
  switch (activation) {
    case 'linear':
      return x;
    case 'relu':
      return relu(x);
    case 'relu6':
      return relu6(x);
    case 'elu':
      return elu(x);
    case 'sigmoid':
      return sigmoid(x);
    case 'leakyrelu':
      return leakyRelu(x, slopeOf(fused));
    case 'prelu':
      return prelu(x, preluWeights!);
    default:
      return fail('value', 'fused', 'activation', 'one that tfjs knows', activation);
  }
}
