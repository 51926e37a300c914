import { avgPool, reshape, tidy } from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';

/** Computes how bright each cell of `side` × `side` cells of images in [−1, 1] is: `[n][side²]`, 0 for black, 1 for white. */
export async function brightness(images: Tensor4D, side: number): Promise<number[][]> {
  const means = tidy(() => {
    const cell = images.shape[1] / side;
    return reshape(avgPool(images, cell, cell, 'valid'), [-1, side * side]);
  });
  const rows = (await means.array()) as number[][];
  means.dispose();
  return rows.map((row) => row.map((mean) => (mean + 1) / 2));
}

/** The pixels of a map that are drawn, by their numbers row by row. */
export interface Queries {
  /** The first and the last pixel on a stroke. */
  readonly top: number;
  readonly bottom: number;
  /** The pixel on the ground that is next to the middle. */
  readonly ground: number;
}

/** Picks the pixels to draw of one image, given the brightness of `side` × `side` pixels; 0 where there is none. */
export function queriesOf(bright: readonly number[], side: number): Queries {
  const fromMiddle = (i: number) =>
    Math.hypot(Math.floor(i / side) - (side - 1) / 2, (i % side) - (side - 1) / 2);
  const pixels = [...bright.keys()];
  const strokes = pixels.filter((i) => bright[i]! > 0.5);
  const grounds = pixels.filter((i) => bright[i]! < 0.05);
  grounds.sort((a, b) => fromMiddle(a) - fromMiddle(b));
  return { top: strokes[0] ?? 0, bottom: strokes.at(-1) ?? 0, ground: grounds[0] ?? 0 };
}
