import type { layers } from '@tensorflow/tfjs-layers';
import { innerLayers } from './inner_layers.js';
import { traitsOf } from './traits.js';

/** A dropout layer of tfjs; without a seed each call draws another mask, which cannot be drawn again. */
interface Unseeded {
  seed: number | null | undefined;
}

/**
 * Sets a seed on each of tfjs's own dropout layers that has none, so that it repeats its masks.
 *
 * @param called The networks or layers; layers inside them are included.
 * @param seed The seed of the first layer; each further layer gets the next integer.
 * @returns A function that removes the seeds again.
 */
export function seedMasks(called: readonly layers.Layer[], seed: () => number): () => void {
  const unseeded = [...unseededLayers(called)];
  if (unseeded.length === 0) return () => undefined;
  const first = seed();
  const before = unseeded.map((layer) => layer.seed);
  unseeded.forEach((layer, i) => (layer.seed = first + i));
  return () => unseeded.forEach((layer, i) => (layer.seed = before[i]));
}

/** Lists tfjs's dropout layers without a seed, with those inside other layers. */
function unseededLayers(called: readonly layers.Layer[]): Set<Unseeded> {
  const found = new Set<Unseeded>();
  for (const layer of called) {
    const dropout = layer as unknown as Unseeded;
    if (traitsOf(layer).draws === 'masks by seed' && dropout.seed == null) found.add(dropout);
    for (const inner of unseededLayers(innerLayers(layer))) found.add(inner);
  }
  return found;
}
