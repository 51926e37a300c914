import { engine } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

/**
 * Runs `fn`, and frees the tensors that it made, as `tidy` does, if it throws. Kept tensors stay, and no
 * tensor is freed if it succeeds.
 */
export function freedIfThrown<T>(fn: () => T): T {
  const { state } = engine();
  let made: Tensor[] = [];
  engine().startScope();
  try {
    const result = fn();
    made = state.activeScope.track;
    return result;
  } finally {
    engine().endScope(made); // passes them to the surrounding scope
  }
}

/**
 * Makes something that holds variables, as models do, and frees the variables made so far, which no scope
 * does, if it throws.
 */
export function allOrNothing<T>(make: () => T): T {
  const before = new Set(Object.values(engine().registeredVariables));
  try {
    return freedIfThrown(make);
  } catch (error) {
    for (const variable of Object.values(engine().registeredVariables))
      if (!before.has(variable)) variable.dispose();
    throw error;
  }
}
