import { add, clone, mul } from '@tensorflow/tfjs-core';
import type { Variable } from '@tensorflow/tfjs-core';
import { hostDecision, hostEffect } from '../../internal/host_input.js';
import type { Gradients } from './listed_gradients.js';
import type { SlotStore } from './slot_store.js';

/** The name of the slot that holds the sum of a variable's gradients since the last step. */
export const GRADIENT_SUM = 'gradientSum';

/**
 * Sums of gradients until there are enough for a step; a sum is stored with the slots of its variable.
 */
export class GradientSums {
  /** Number of calls in the sums. */
  parts = 0;

  /** @param needed Number of calls per step. */
  constructor(
    private readonly store: SlotStore,
    readonly needed: number,
  ) {}

  /**
   * Adds gradients to the sums.
   *
   * @returns The average of all parts after the last one, with gaps for variables without gradients; else
   *   undefined. The caller sets {@link GradientSums.parts} to 0 once the step is made.
   */
  add(variables: readonly Variable[], gradients: Gradients): Gradients | undefined {
    const { store, needed } = this;
    if (needed === 1) return gradients;
    const sums = variables.map((variable, i) => {
      const before = store.get(variable)?.[GRADIENT_SUM];
      const gradient = gradients[i];
      if (gradient === undefined) return before;
      return before === undefined ? clone(gradient) : add(before, gradient);
    });
    if (hostDecision(() => this.parts + 1 === needed))
      return sums.map((sum) => (sum === undefined ? undefined : mul(sum, 1 / needed)));
    variables.forEach((variable, i) => {
      const sum = sums[i];
      if (sum !== undefined) store.set(variable, { ...store.get(variable), [GRADIENT_SUM]: sum });
    });
    hostEffect(() => this.parts++);
    return undefined;
  }
}
