import type { Tensor4D } from '@tensorflow/tfjs-core';
import { fail } from '../../internal/check.js';
import { arrayFrom, arraysOf } from '../../internal/state.js';
import type { SavedState, StateArray } from '../../types.js';

/** Saves images of one shape as one array, `images`, others as `images/0`, `images/1` … */
export async function imageArrays(
  images: readonly Tensor4D[],
): Promise<Record<string, StateArray>> {
  const named = images.map((image, i) => [`images/${i}`, image] as const);
  const arrays = await arraysOf(Object.fromEntries(named));
  const read = named.map(([key]) => arrays[key]!);
  const [first] = read;
  if (first === undefined) return {};
  if (!read.every(({ shape }) => shape.join() === first.shape.join())) return arrays;
  const data = new Float32Array(read.length * first.data.length);
  read.forEach((image, i) => data.set(image.data, i * first.data.length));
  return { images: { shape: [read.length, ...first.shape.slice(1)], data } };
}

/** Returns the images of a state, `[1, height, width, channels]` each. */
export function imagesFrom(where: string, state: SavedState, count: number): StateArray[] {
  const named = (key: string, images: number) => {
    const array = arrayFrom(where, state, key);
    if (array.shape.length !== 4 || array.shape[0] !== images)
      fail('state', where, `state.arrays['${key}']`, `of shape [${images},?,?,?]`, array.shape);
    return array;
  };
  const indices = Array.from({ length: count }, (_, i) => i);
  if (state.arrays['images/0'] !== undefined) return indices.map((i) => named(`images/${i}`, 1));
  if (count === 0) return [];
  const { data, shape } = named('images', count);
  const each = data.length / count;
  return indices.map((i) => ({
    shape: [1, ...shape.slice(1)],
    data: data.slice(i * each, (i + 1) * each),
  }));
}
