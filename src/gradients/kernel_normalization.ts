import { customGrad, ones, tidy } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor3D } from '@tensorflow/tfjs-core';
import {
  groupMoments,
  hasNormalization,
  normalizeBy,
  normalizeGrad,
} from '../kernels/normalization.js';
import type { Affine, GroupMoments } from '../kernels/normalization.js';
import { groupNormalizeGradients } from '../ops/group_normalize.js';
import { isRecording } from './gradient_repair.js';

/** The operands of a normalization by sample and group of channels. */
export interface GroupNormalization {
  /** Shape [N, P, C]: samples, places, channels. */
  readonly x: Tensor3D;
  /** A divisor of C; a group is C/groups consecutive channels. */
  readonly groups: number;
  /** Scale and offset, [C]; without them 1 and 0. */
  readonly affine?: Affine<Tensor1D> | undefined;
  readonly epsilon: number;
}

/**
 * Normalizes by sample and group with kernels of ours: two dispatches forward and two backward, where ops take two dozen
 * each. Returns undefined if the current backend has no such kernels.
 *
 * **Differentiable:** first and second order, in x, γ and β; the moments are constants.
 */
export function kernelNormalization({
  x,
  groups,
  affine,
  epsilon,
}: GroupNormalization): (GroupMoments<Tensor> & { readonly y: Tensor3D }) | undefined {
  if (!hasNormalization() || x.size === 0) return undefined;
  const { mean, variance } = groupMoments(x, groups);
  const normalize = customGrad((...args) => {
    const save = args.pop() as unknown as (tensors: Tensor[]) => void;
    const [x, gamma, beta] = args as unknown as [Tensor3D, Tensor1D?, Tensor1D?];
    save([x, mean, variance, ...(gamma === undefined ? [] : [gamma])]);
    const given = gamma === undefined || beta === undefined ? undefined : { gamma, beta };
    return {
      value: normalizeBy(x, { mean, variance }, given, { groups, epsilon }),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [x, mean, variance, gamma] = saved as [Tensor3D, Tensor, Tensor, Tensor1D?];
        if (isRecording()) return inOps(dy as Tensor3D, x, gamma, groups, epsilon);
        const operands = { dy, x, mean, variance, ...(gamma !== undefined && { gamma }) };
        return normalizeGrad(operands, { groups, epsilon });
      },
    };
  });
  const operands = affine === undefined ? [x] : [x, affine.gamma, affine.beta];
  return { mean, variance, y: normalize(...operands) as Tensor3D };
}

/** Computes the gradients in ops, which can be differentiated again. */
function inOps(
  dy: Tensor3D,
  x: Tensor3D,
  gamma: Tensor1D | undefined,
  groups: number,
  epsilon: number,
): Tensor[] {
  return tidy(() => {
    const scale: Tensor1D = gamma ?? ones([x.shape[2]]);
    const all = groupNormalizeGradients(dy, x, groups, scale, epsilon);
    return gamma === undefined ? all.slice(0, 1) : all;
  });
}
