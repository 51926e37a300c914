import type { layers } from '@tensorflow/tfjs-layers';
import { withIgnoredWrites } from '../weights/replaced_weights.js';
import { frozenStatistics } from './frozen_statistics.js';
import { frozenPowerIteration } from './power_iteration_mode.js';
import { drawingLayers } from './replayed_call.js';

/** Options of {@link withoutEffects}. */
export interface EffectOptions {
  /**
   * The masks of the next call: `'repeat'` (default) resets each layer's position in its stream, so that the next
   * call draws the same masks again; `'draw'` does not.
   */
  readonly masks?: 'repeat' | 'draw';
}

/**
 * Runs a pass of networks in training mode without its effects on them. Running statistics and singular
 * vectors do not change, also in tfjs's own and in custom layers, because nothing that a layer writes to
 * its weights has an effect.
 *
 * @param called The networks or layers that `fn` calls.
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
