import type { layers } from '@tensorflow/tfjs-layers';
import { layersOf } from './inner_layers.js';

type Layer = layers.Layer;

/** The parts of a name that tfjs made for a layer without a given name. */
export interface CountingName {
  /** The part that depends only on the class: `dense_Dense`. */
  readonly stem: string;
  /** The counter, which depends on the layers that the process made before: 5 in `dense_Dense5`. */
  readonly number: number;
  /** The word that a path uses instead, before the position: `dense`. */
  readonly word: string;
}

/**
 * Splits a layer's name into its parts; returns undefined if tfjs did not make the name.
 *
 * Only the text of the name can show this: tfjs does not record it, and a saved model contains the names that
 * tfjs made. Such a name is the exact stem of the layer's class and a number. A given name that looks the same is
 * treated alike. That does no harm, because a position identifies the layer just as well.
 */
export function countingName(layer: Layer): CountingName | undefined {
  const { layer: wrapped } = layer as { layer?: Layer };
  if (wrapped?.name === layer.name) return countingName(wrapped); // a wrapper takes the name of its layer
  const { stem, word } = stemOf(layer);
  const number = layer.name.slice(stem.length);
  if (!layer.name.startsWith(stem) || !/^[1-9]\d*$/.test(number)) return undefined;
  return { stem, number: Number(number), word };
}

/** Returns what tfjs puts before the number. */
function stemOf(layer: Layer): Pick<CountingName, 'stem' | 'word'> {
  const name = layer.getClassName();
  // not `sequential`: `sequential_2` could be a position or a name that tfjs made
  if (name === 'Sequential') return { stem: 'sequential_', word: 'model' };
  if (name === 'InputLayer') return { stem: 'input', word: 'input' };
  if ('outputs' in layer) return { stem: name.toLowerCase(), word: 'model' };
  const word = snakeCase(name);
  return { stem: `${word}_${name}`, word: word.replace(/^gan_kit_/, '') };
}

/** Converts `LeakyReLU` to `leaky_re_lu`, as tfjs does. */
const snakeCase = (name: string): string =>
  name
    .replace(/(.)([A-Z][a-z0-9]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();

/**
 * Pairs sibling layers with their names in paths: the given name, or class and position for a layer without one,
 * `dense_2` for the second Dense without a name.
 */
export function namedLayers(siblings: readonly Layer[]): [name: string, layer: Layer][] {
  const counts = new Map<string, number>();
  const given = new Set(
    siblings.filter((layer) => countingName(layer) === undefined).map(({ name }) => name),
  );
  return siblings.map((layer) => {
    const word = countingName(layer)?.word;
    if (word === undefined) return [layer.name, layer];
    let position = counts.get(word) ?? 0;
    do position++;
    while (given.has(`${word}_${position}`));
    counts.set(word, position);
    return [`${word}_${position}`, layer];
  });
}

/** Pairs the layers of a model with their names in paths; returns `undefined` if the layer is not a model. */
export function namedLayersOf(layer: Layer): [name: string, layer: Layer][] | undefined {
  const inner = layersOf(layer);
  return inner === undefined ? undefined : namedLayers(inner);
}
