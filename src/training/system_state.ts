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

/** What gives each network and piece its part of a joined state, one after the other. */
export function partRestorers(
  networks: Networks,
  pieces: Pieces,
  state: PieceState,
): (() => Promise<void>)[] {
  return [
    ...Object.entries(networks).map(
      ([name, model]) =>
        async () =>
          restoreModel(model, partOf(state, name)),
    ),
    ...Object.entries(pieces).map(
      ([name, piece]) =>
        async () =>
          piece.restore(partOf(state, name)),
    ),
  ];
}
