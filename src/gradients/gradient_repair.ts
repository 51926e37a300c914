import { engine } from '@tensorflow/tfjs-core';
import type { GradConfig, NamedAttrMap, Tensor } from '@tensorflow/tfjs-core';

/** A gradient that takes the place of tfjs's, or of none. */
export interface GradientRepair {
  readonly kernelName: string;
  /** What to register, given what tfjs registered; `stock` throws where it registered nothing. */
  readonly make: (stock: GradConfig) => GradConfig;
}

/** The gradient function of one kernel, in words that fit the kernel. */
export type GradientOf<Attrs = object> = (
  dy: Tensor,
  saved: Tensor[],
  attrs: Attrs,
) => Record<string, () => Tensor>;

/** A gradient written here, in the loose type of the registry. */
export const gradFunc = <Attrs>(gradient: GradientOf<Attrs>): GradConfig['gradFunc'] =>
  gradient as unknown as GradConfig['gradFunc'];

/** tfjs's own gradient of a kernel, in the type of ours. */
export const stockGradient = <Attrs>(stock: GradConfig): GradientOf<Attrs> =>
  stock.gradFunc as unknown as GradientOf<Attrs>;

/**
 * Whether what is computed now will be differentiated: the backward pass of an inner gradient runs
 * while the tape of the outer one records.
 *
 * Repairs of second order ask it, so that at first order tfjs's own gradients run, to the last bit
 * and at no cost.
 */
export const isRecording = (): boolean => engine().state.gradientDepth > 0;

/** Runs a kernel that has no function of its own in tfjs's public face. */
export function runKernel(
  kernelName: string,
  inputs: Record<string, Tensor>,
  attrs: object = {},
): Tensor {
  return engine().runKernel<Tensor>(kernelName, inputs, attrs as NamedAttrMap);
}
