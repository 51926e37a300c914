import type { layers } from '@tensorflow/tfjs-layers';
import { withIgnoredWrites } from '../weights/replaced_weights.js';
import { frozenStatistics } from './frozen_statistics.js';
import { frozenPowerIteration } from './power_iteration_mode.js';
import { drawingLayers } from './replayed_call.js';

/** What a call without effects does about the masks of dropout. */
export interface EffectOptions {
  /**
   * `'repeat'` (default) leaves each layer at its place in its stream, so that the next call draws the same
   * masks again; `'draw'` lets them move on.
   */
  readonly masks?: 'repeat' | 'draw';
}

/**
 * Runs a pass of networks in training mode and leaves no trace of it: running statistics and singular
 * vectors stay as they are, of tfjs's layers and of anybody's, since nothing that a layer writes to its
 * weights arrives there.
 *
 * @param called The networks, or layers, whose calls `fn` makes.
 * @returns What `fn` returns.
 */
export function withoutEffects<T>(
  called: readonly layers.Layer[],
  fn: () => T,
  { masks = 'repeat' }: EffectOptions = {},
): T {
  const draws = drawingLayers(called).map((layer) => ({ layer, position: layer.position }));
  const goBack = () => draws.forEach(({ layer, position }) => layer.seek(position));
  try {
    const result = frozenStatistics.exactly(true, () =>
      frozenPowerIteration.exactly(true, () =>
        withIgnoredWrites(new Set(called.flatMap(({ weights }) => weights)), fn),
      ),
    );
    if (masks === 'repeat') goBack();
    return result;
  } catch (error) {
    goBack();
    throw error;
  }
}
