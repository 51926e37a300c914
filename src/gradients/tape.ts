import { dispose, engine, getGradient } from '@tensorflow/tfjs-core';
import { freedIfThrown } from '../internal/freed_if_thrown.js';

/**
 * Runs `fn` as if no gradient were being taken: gradients within are of first order, and leave nothing
 * on the recording tape.
 *
 * tfjs has one tape. A gradient taken inside a gradient function would end it, and one taken inside
 * the forward function of a custom gradient would not be recorded at all.
 */
export function withOwnTape<T>(fn: () => T): T {
  const { state } = engine();
  const { activeTape, gradientDepth, kernelDepth } = state;
  Object.assign(state, { activeTape: [], gradientDepth: 0, kernelDepth: 0 });
  try {
    return withCleanTape(fn);
  } finally {
    Object.assign(state, { activeTape, gradientDepth, kernelDepth });
  }
}

/**
 * Runs `fn`, which takes a gradient, and frees its records on the tape and its tensors if it throws. A
 * tape that recorded before continues as if `fn` had not been called.
 */
export function withCleanTape<T>(fn: () => T): T {
  const { state } = engine();
  const start = state.gradientDepth > 0 ? state.activeTape.length : 0;
  try {
    return freedIfThrown(fn);
  } catch (error) {
    discardTape(start);
    throw error;
  }
}

/**
 * Disposes of the tensors saved on the tape, from one of its nodes on. tfjs does so at the end of a
 * gradient; if one throws, only the tape still refers to the tensors saved until then.
 *
 * Tensors that a custom gradient saved before it threw are in no node's list. But tfjs saves clones,
 * and each of them is on the tape as the result of a node without a kernel and with an input `x`.
 */
function discardTape(start: number): void {
  const { activeTape } = engine().state;
  for (const { kernelName, inputs, outputs, saved } of activeTape?.splice(start) ?? []) {
    dispose(saved ?? []);
    if ('x' in inputs && getGradient(kernelName) === undefined)
      dispose(outputs.filter(({ kept }) => kept));
  }
}
