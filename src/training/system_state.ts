import type { LayersModel } from '@tensorflow/tfjs-layers';
import { partOf } from '../internal/state.js';
import type { PieceState, Stateful } from '../types.js';
import { modelState, restoreModel } from './model_state.js';

type Networks = Readonly<Record<string, LayersModel>>;
type Pieces = Readonly<Record<string, Stateful>>;

/**
 * Those of a system's pieces that have a state. A user's own optimizer or penalty may have none: it
 * then starts afresh on resuming.
 */
export function statefulPieces(pieces: Readonly<Record<string, unknown>>): Pieces {
  const isStateful = (piece: unknown): piece is Stateful =>
    typeof (piece as Partial<Stateful> | undefined)?.restore === 'function';
  return Object.fromEntries(
    Object.entries(pieces).filter((entry): entry is [string, Stateful] => isStateful(entry[1])),
  );
}

/** The state of each network and piece, by name. */
export async function partStates(
  networks: Networks,
  pieces: Pieces,
): Promise<Record<string, PieceState>> {
  const parts: Record<string, PieceState> = {};
  for (const [name, model] of Object.entries(networks)) parts[name] = await modelState(model);
  for (const [name, piece] of Object.entries(pieces)) parts[name] = await piece.state();
  return parts;
}

/** Gives each network and piece its part of a joined state; stops at the first that does not fit. */
export async function restoreParts(
  networks: Networks,
  pieces: Pieces,
  state: PieceState,
): Promise<void> {
  for (const [name, model] of Object.entries(networks))
    await restoreModel(model, partOf(state, name));
  for (const [name, piece] of Object.entries(pieces)) await piece.restore(partOf(state, name));
}
