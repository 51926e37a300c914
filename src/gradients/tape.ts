import { dispose, engine, getGradient } from '@tensorflow/tfjs-core';

/**
 * Runs `fn` as if no gradient were being taken: gradients within are of first order, and leave
 * nothing on the tape that records now.
 *
 * tfjs has one tape. A gradient taken inside a gradient function would end it, and one taken inside
 * the forward function of a custom gradient would not be recorded at all.
 */
export function withOwnTape<T>(fn: () => T): T {
  const { state } = engine();
  const { activeTape, gradientDepth, kernelDepth } = state;
  Object.assign(state, { activeTape: [], gradientDepth: 0, kernelDepth: 0 });
  try {
    return fn();
  } catch (error) {
    discardTape();
    throw error;
  } finally {
    Object.assign(state, { activeTape, gradientDepth, kernelDepth });
  }
}

/**
 * Disposes of what the tape has saved. tfjs does so at the end of a gradient; after one that threw,
 * the tape still holds what was saved up to there, and nobody else knows of it.
 *
 * What a custom gradient saved before it threw is in no node's list. But tfjs saves clones, and each
 * of them is on the tape as the result of a node without a kernel and with an input `x`.
 */
export function discardTape(): void {
  const { state } = engine();
  if (state.gradientDepth > 0) return; // it still records
  for (const { kernelName, inputs, outputs, saved } of state.activeTape ?? []) {
    dispose(saved ?? []);
    if ('x' in inputs && getGradient(kernelName) === undefined)
      dispose(outputs.filter(({ kept }) => kept));
  }
  state.activeTape = [];
}
