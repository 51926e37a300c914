import { engine } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

/**
 * Runs `fn` as it is; if it throws, the tensors that it made until then are freed, as by a `tidy`. What it
 * keeps stays, and what it makes and returns or not is left alone where all goes well.
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
    engine().endScope(made); // hands them on to the scope around this one
  }
}

/**
 * Makes something that holds variables, as models do; if it cannot be finished, the variables that are
 * there already are freed, which no scope does.
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
