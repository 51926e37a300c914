import type { layers } from '@tensorflow/tfjs-layers';
import { innerLayers } from '../../layers/inner_layers.js';
import { countingName, namedLayers } from '../../layers/layer_names.js';
import type { SavedState } from '../../types.js';

type Layer = layers.Layer;
type Named = Readonly<Record<string, unknown>>;

/**
 * Renames the keys of an older state, in which unnamed layers had the numbers of the process that wrote it,
 * `dense_Dense9/kernel`, to positions; returns any other state as it is.
 *
 * Among sibling layers of a class the one with the lowest number was made first, there and here.
 *
 * @param model The model, or a layer of it, that the keys belong to.
 * @param holds Whether a state of this kind has entries for a layer.
 */
export function withoutCounts(
  model: Layer,
  state: SavedState,
  holds: (layer: Layer) => boolean,
): SavedState {
  return {
    values: renamed(model, state.values, holds),
    arrays: renamed(model, state.arrays, holds),
  };
}

function renamed<T extends Named>(model: Layer, record: T, holds: (layer: Layer) => boolean): T {
  const siblings = namedLayers(innerLayers(model)).filter(([, layer]) => holds(layer));
  const found: Record<string, unknown> = { ...record };
  const move = (from: string, [to, layer]: [string, Layer]) => {
    const keys = Object.keys(record).filter((key) => key.startsWith(`${from}/`));
    const own = keys.map((key) => [key.slice(from.length + 1), record[key]] as const);
    for (const key of keys) delete found[key];
    for (const [key, entry] of Object.entries(renamed(layer, Object.fromEntries(own), holds)))
      found[`${to}/${key}`] = entry;
  };
  const stems = new Set(siblings.map(([, layer]) => countingName(layer)?.stem));
  for (const stem of stems) {
    const alike = siblings.filter(([, layer]) => countingName(layer)?.stem === stem);
    if (stem === undefined) alike.forEach((sibling) => move(sibling[0], sibling));
    else {
      const numbers = numbersAfter(stem, Object.keys(record));
      if (numbers.length !== alike.length) continue; // from another model, or without such names
      const made = alike.sort((a, b) => countingName(a[1])!.number - countingName(b[1])!.number);
      numbers.forEach((number, i) => move(`${stem}${number}`, made[i]!));
    }
  }
  return found as T;
}

/** Returns the numbers that follow a stem in keys, in ascending order. */
function numbersAfter(stem: string, keys: readonly string[]): number[] {
  const numbers = keys
    .filter((key) => key.startsWith(stem))
    .map((key) => /^([1-9]\d*)\//.exec(key.slice(stem.length))?.[1])
    .filter((number) => number !== undefined);
  return [...new Set(numbers.map(Number))].sort((a, b) => a - b);
}
