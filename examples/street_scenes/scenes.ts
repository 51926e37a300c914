import { Draws, hash } from './draws.js';
import { lookDown } from './sight.js';
import { drawStreet } from './street.js';

/** A drawn photo and the classes of its pixels. */
export interface Scene {
  /** The photo: RGB in [−1, 1], row by row, `3 · size²` values. */
  readonly photo: Float32Array;
  /** The class at the centre of each pixel, `size²` values. */
  readonly labels: Uint8Array;
}

/** The positions of four points in a pixel, whose colours the photo averages, as a sensor does. */
const QUARTERS = [0.25, 0.75] as const;

const GRAIN = 0.05;

/**
 * Draws a street scene in the style of Cityscapes, a pure function of its arguments.
 *
 * @param seed The number of the city, a non-negative integer.
 * @param index The number of the scene in it, a non-negative integer.
 * @param size The side of the picture in pixels.
 */
export function drawScene(seed: number, index: number, size: number): Scene {
  const draws = new Draws(seed, index);
  const street = drawStreet(draws);
  const grain = draws.texture();
  const photo = new Float32Array(3 * size * size);
  const labels = new Uint8Array(size * size);
  for (let column = 0; column < size; column++) {
    const centre = lookDown(street, (column + 0.5) / size);
    const sides = QUARTERS.map((x) => lookDown(street, (column + x) / size));
    for (let row = 0; row < size; row++) {
      const pixel = row * size + column;
      labels[pixel] = centre((row + 0.5) / size).label;
      const mean = [0, 0, 0];
      for (const side of sides)
        for (const y of QUARTERS) {
          const { colour } = side((row + y) / size);
          for (let c = 0; c < 3; c++) mean[c]! += colour[c]! / QUARTERS.length ** 2;
        }
      const noise = GRAIN * (hash(column, row, grain) - 0.5);
      for (let c = 0; c < 3; c++)
        photo[3 * pixel + c] = Math.max(-1, Math.min(1, 2 * (mean[c]! + noise) - 1));
    }
  }
  return { photo, labels };
}
