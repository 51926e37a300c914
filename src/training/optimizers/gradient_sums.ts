import { add, clone, mul } from '@tensorflow/tfjs-core';
import type { Variable } from '@tensorflow/tfjs-core';
import type { Gradients } from './listed_gradients.js';
import type { SlotStore } from './slot_store.js';

/** The slot of a variable that holds the sum of its gradients since the last step. */
export const GRADIENT_SUM = 'gradientSum';

/**
 * Sums gradients until there are enough for a step; a sum stands beside the slots of its variable.
 */
export class GradientSums {
  /** How many calls are in the sums. */
  parts = 0;

  /** @param needed How many calls make a step. */
  constructor(
    private readonly store: SlotStore,
    readonly needed: number,
  ) {}

  /**
   * Adds gradients to the sums.
   *
   * @returns The average of all parts if these were the last, with gaps for variables that had none; else
   *   undefined. {@link GradientSums.parts} is then to be set to 0 once the step is made.
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
    if (this.parts + 1 === needed)
      return sums.map((sum) => (sum === undefined ? undefined : mul(sum, 1 / needed)));
    variables.forEach((variable, i) => {
      const sum = sums[i];
      if (sum !== undefined) store.set(variable, { ...store.get(variable), [GRADIENT_SUM]: sum });
    });
    this.parts++;
    return undefined;
  }
}
