import type { Tensor } from '@tensorflow/tfjs-core';
import type { layers } from '@tensorflow/tfjs-layers';
import { innerLayers } from '../inner_layers.js';
import type { LayerVariable } from '../weights/named_weights.js';
import { withForgottenWrites } from '../weights/replaced_weights.js';
import { frozenMasks } from './frozen_masks.js';
import { frozenStatistics } from './frozen_statistics.js';
import { frozenPowerIteration } from './power_iteration_mode.js';

/** The modes that change what a call does. */
const MODES = [frozenMasks, frozenStatistics, frozenPowerIteration];

/** A layer whose random numbers come from a stream with a position, like Dropout. */
interface Drawing {
  readonly position: number;
  seek(position: number): void;
}

/**
 * Records everything that a call of layers depends on besides its inputs and weights: the modes that are
 * on, and the next random numbers.
 *
 * @returns A function that runs a call as it would have run at the time of recording, with the given values
 *   of the weights, and does not change the state of the layers.
 */
export function replayedCall(
  called: readonly layers.Layer[],
  weights: readonly LayerVariable[],
): <T>(values: readonly Tensor[], call: () => T) => T {
  const modes = MODES.map((mode) => ({ mode, isOn: mode.isOn }));
  const draws = drawingLayers(called).map((layer) => ({ layer, position: layer.position }));
  return (values, call) => {
    const found = draws.map(({ layer }) => layer.position);
    try {
      for (const { layer, position } of draws) layer.seek(position);
      const replacements = weights.map((weight, i) => [weight, values[i]!] as const);
      return modes.reduceRight(
        (fn, { mode, isOn }) =>
          () =>
            mode.exactly(isOn, fn),
        () => withForgottenWrites(replacements, call),
      )();
    } finally {
      draws.forEach(({ layer }, i) => layer.seek(found[i]!));
    }
  };
}

/** Lists the layers that draw random numbers, with those inside other layers. */
export function drawingLayers(called: readonly layers.Layer[]): Drawing[] {
  const found = new Set<Drawing>();
  for (const layer of called) {
    if ('position' in layer && 'seek' in layer) found.add(layer as unknown as Drawing);
    for (const inner of drawingLayers(innerLayers(layer))) found.add(inner);
  }
  return [...found];
}
