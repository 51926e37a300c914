import type { layers } from '@tensorflow/tfjs-layers';
import { innerLayers } from './inner_layers.js';
import { traitsOf } from './traits.js';

/** A dropout layer of tfjs; without a seed each call draws another mask, which no one can draw again. */
interface Unseeded {
  seed: number | null | undefined;
}

/**
 * Gives tfjs's own dropout layers that have no seed one each, so that they repeat their masks.
 *
 * @param called The networks, or layers; those inside of them are found.
 * @param seed Of the first one; the next ones have those that follow.
 * @returns What takes the seeds away again.
 */
export function seedMasks(called: readonly layers.Layer[], seed: number): () => void {
  const unseeded = [...unseededLayers(called)];
  const before = unseeded.map((layer) => layer.seed);
  unseeded.forEach((layer, i) => (layer.seed = seed + i));
  return () => unseeded.forEach((layer, i) => (layer.seed = before[i]));
}

function unseededLayers(called: readonly layers.Layer[]): Set<Unseeded> {
  const found = new Set<Unseeded>();
  for (const layer of called) {
    const dropout = layer as unknown as Unseeded;
    if (traitsOf(layer).draws === 'masks by seed' && dropout.seed == null) found.add(dropout);
    for (const inner of unseededLayers(innerLayers(layer))) found.add(inner);
  }
  return found;
}
