import { engine } from '@tensorflow/tfjs-core';
import type { GradConfig, NamedAttrMap, Tensor } from '@tensorflow/tfjs-core';

/** A gradient that replaces tfjs's, or a missing one. */
export interface GradientRepair {
  readonly kernelName: string;
  /** Makes the gradient to register from tfjs's; `stock` throws if tfjs has none. */
  readonly make: (stock: GradConfig) => GradConfig;
}

/** The gradient function of one kernel, typed for the kernel. */
export type GradientOf<Attrs = object> = (
  dy: Tensor,
  saved: Tensor[],
  attrs: Attrs,
) => Record<string, () => Tensor>;

/** Casts a gradient written here to the loose type of the registry. */
export const gradFunc = <Attrs>(gradient: GradientOf<Attrs>): GradConfig['gradFunc'] =>
  gradient as unknown as GradConfig['gradFunc'];

/** Casts tfjs's own gradient of a kernel to our type. */
export const stockGradient = <Attrs>(stock: GradConfig): GradientOf<Attrs> =>
  stock.gradFunc as unknown as GradientOf<Attrs>;

/**
 * Tells whether current results will be differentiated: the backward pass of an inner gradient runs
 * while the tape of the outer one records.
 *
 * Repairs of second order check it, so that tfjs's own gradients run at first order, to the last
 * bit and at no cost.
 */
export const isRecording = (): boolean => engine().state.gradientDepth > 0;

/** Runs a kernel that has no function in tfjs's public API. */
export function runKernel(
  kernelName: string,
  inputs: Record<string, Tensor>,
  attrs: object = {},
): Tensor {
  return engine().runKernel<Tensor>(kernelName, inputs, attrs as NamedAttrMap);
}
