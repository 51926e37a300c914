import type { layers } from '@tensorflow/tfjs-layers';
import { layersOf } from './inner_layers.js';

type Layer = layers.Layer;

/** The name that tfjs makes for a layer to which nobody gave one. */
export interface CountingName {
  /** What depends on the class alone: `dense_Dense`. */
  readonly stem: string;
  /** What depends on all that the process made before: 5 in `dense_Dense5`. */
  readonly number: number;
  /** What a path says in its place, before the position: `dense`. */
  readonly word: string;
}

/**
 * The parts of a layer's name, if it is one that tfjs counted.
 *
 * The name alone tells, since tfjs keeps no note of it and a saved model has its counted names written down:
 * it is that of the layer's own class, to the letter. A name that somebody gave and that looks the same is
 * taken for a counted one, which loses nothing: a position is as unique and as lasting.
 */
export function countingName(layer: Layer): CountingName | undefined {
  const { layer: wrapped } = layer as { layer?: Layer };
  if (wrapped?.name === layer.name) return countingName(wrapped); // spectral normalization takes it over
  const { stem, word } = stemOf(layer);
  const number = layer.name.slice(stem.length);
  if (!layer.name.startsWith(stem) || !/^[1-9]\d*$/.test(number)) return undefined;
  return { stem, number: Number(number), word };
}

/** What tfjs puts before the number. */
function stemOf(layer: Layer): Pick<CountingName, 'stem' | 'word'> {
  const name = layer.getClassName();
  // not `sequential`: positions would read like counts
  if (name === 'Sequential') return { stem: 'sequential_', word: 'model' };
  if (name === 'InputLayer') return { stem: 'input', word: 'input' };
  if ('outputs' in layer) return { stem: name.toLowerCase(), word: 'model' };
  const word = snakeCase(name);
  return { stem: `${word}_${name}`, word: word.replace(/^gan_kit_/, '') };
}

/** `LeakyReLU` → `leaky_re_lu`, as tfjs writes it. */
const snakeCase = (name: string): string =>
  name
    .replace(/(.)([A-Z][a-z0-9]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();

/**
 * Layers that stand beside each other with what paths call them: their names, or of those that have none
 * class and position, `dense_2` for the second Dense without a name.
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

/** The layers of a model with their names in paths; `undefined` if the layer is not a model. */
export function namedLayersOf(layer: Layer): [name: string, layer: Layer][] | undefined {
  const inner = layersOf(layer);
  return inner === undefined ? undefined : namedLayers(inner);
}
