import type { Optimizer } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { isStateful } from '../internal/state.js';
import type { Stateful } from '../types.js';
import { HostOptimizer } from './host_optimizer.js';
import { modelState, restoreModel } from './model_state.js';

/** A model as a piece: its weights and the states of its layers. */
export const modelPiece = (model: LayersModel): Stateful => ({
  state: () => modelState(model),
  restore: (state) => restoreModel(model, state),
});

/** Whether something is an optimizer, of tfjs or anyone's. */
export const isOptimizer = (piece: unknown): piece is Optimizer =>
  typeof (piece as Partial<Optimizer> | undefined)?.applyGradients === 'function';

/** An optimizer as a piece. One whose moments nobody knows is refused when its state is asked for. */
export const optimizerPiece = (optimizer: Optimizer): Stateful =>
  isStateful(optimizer) ? optimizer : new HostOptimizer(optimizer);

/** Those of a system's pieces that have a state; a user's own penalty may have none. */
export function statefulPieces(
  pieces: Readonly<Record<string, unknown>>,
): Readonly<Record<string, Stateful>> {
  const known = Object.entries(pieces).map(
    ([name, piece]) => [name, isOptimizer(piece) ? optimizerPiece(piece) : piece] as const,
  );
  return Object.fromEntries(
    known.filter((entry): entry is [string, Stateful] => isStateful(entry[1])),
  );
}
