import { add, mul, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { checkTensor } from '../../internal/check.js';

/** The operands of an update rule: a variable's value and its slots, one tensor per slot name. */
export interface Updated<Slot extends string> {
  readonly value: Tensor;
  readonly slots: Readonly<Record<Slot, Tensor>>;
}

/** Makes one step of one variable; reads the slots named by the optimizer, and returns new ones. */
export type UpdateRule<Slot extends string> = (
  before: Updated<Slot>,
  gradient: Tensor,
) => Updated<Slot>;

/** Wraps a rule so that it refuses operands that do not fit, and returns only slots of these names. */
export function checkedRule<Slot extends string>(
  where: string,
  rule: UpdateRule<Slot>,
  slotNames: readonly Slot[],
): UpdateRule<Slot> {
  return (before, gradient) => {
    const { value, slots } = before;
    checkTensor(where, 'before.value', value);
    const { shape } = value;
    for (const slot of slotNames)
      checkTensor(where, `before.slots.${slot}`, slots?.[slot], { shape });
    checkTensor(where, 'gradient', gradient, { shape });
    return tidy(() => {
      const after = rule(before, gradient);
      return { value: after.value, slots: perSlot(slotNames, (slot) => after.slots[slot]) };
    });
  };
}

/** Makes a record with one entry per slot. */
export function perSlot<Slot extends string, T>(
  slotNames: readonly Slot[],
  make: (slot: Slot) => T,
): Record<Slot, T> {
  const record = {} as Record<Slot, T>;
  for (const slot of slotNames) record[slot] = make(slot);
  return record;
}

/** Computes g + λθ: decay as an L2 term of the loss, as in torch.optim. */
export function withWeightDecay(gradient: Tensor, value: Tensor, weightDecay: number): Tensor {
  return weightDecay === 0 ? gradient : add(gradient, mul(value, weightDecay));
}

/** Returns the number of a step, by now; it counts on from step to step where a recorded one is made again. */
export function liveStep(optimizer: { readonly iterations: number }, step: number): () => number {
  const ahead = step - optimizer.iterations;
  return () => optimizer.iterations + ahead;
}
