import { engine, getBackend, getKernel } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { hostInput } from '../internal/host_input.js';

/** The name of a kernel for a step of Adam, which some backends have; tfjs has none. */
export const ADAM_STEP = 'GanKitAdamStep';

/** A weight, its moments, or those after a step. */
export interface Moments<T> {
  readonly value: T;
  readonly m: T;
  readonly v: T;
}

/** The operands of a step. */
export type AdamOperands<T> = Moments<T> & { readonly gradient: T };

/** The numbers that stay the same. */
export interface AdamDecays {
  readonly beta1: number;
  readonly beta2: number;
}

/** The numbers of one step: αₜ and εₜ. */
export interface AdamNumbers {
  readonly rate: number;
  readonly epsilon: number;
}

/**
 * Prepares a step of a whole network by the kernel; returns undefined if the current backend has none. On webgpu αₜ and
 * εₜ come in a tensor, uploaded once for all weights: a recorded step runs again with those of a later one.
 *
 * @param numbersOf Computes the numbers of the step that is due.
 */
export function fusedAdam(
  { beta1, beta2 }: AdamDecays,
  numbersOf: () => AdamNumbers,
): ((operands: AdamOperands<Tensor>) => Moments<Tensor>) | undefined {
  const backend = getBackend();
  if (getKernel(ADAM_STEP, backend) === undefined) return undefined;
  const run = (inputs: AdamOperands<Tensor>, attrs: Partial<AdamNumbers>, numbers?: Tensor) => {
    const all = { ...inputs, ...(numbers !== undefined && { numbers }) };
    const results = engine().runKernel<Tensor[]>(ADAM_STEP, all, { beta1, beta2, ...attrs });
    const [value, m, v] = results as [Tensor, Tensor, Tensor];
    return { value, m, v };
  };
  if (backend !== 'webgpu') {
    const attrs = numbersOf();
    return (inputs) => run(inputs, attrs);
  }
  const numbers = hostInput([2], () => {
    const { rate, epsilon } = numbersOf();
    return Float32Array.of(rate, epsilon);
  });
  return (inputs) => run(inputs, {}, numbers);
}
