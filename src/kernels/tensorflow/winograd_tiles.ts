import { TILE } from './winograd_matrices.js';

/** A convolution of stride 1: its images, the zeros above and to the left of them, and its results. */
export interface Plane {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly top: number;
  readonly left: number;
  readonly outHeight: number;
  readonly outWidth: number;
  /** Taps of the filter in either direction. */
  readonly taps: number;
}

/** Counts the tiles of each image, down and across. */
export const tilesOf = ({ outHeight, outWidth, taps }: Plane): [down: number, across: number] => {
  const size = TILE + 1 - taps;
  return [Math.ceil(outHeight / size), Math.ceil(outWidth / size)];
};

/** Tells whether tiles lie on padding, or beyond the last result. */
export const reachesOut = (plane: Plane, what: 'data' | 'results'): boolean => {
  const { height, width, top, left, outHeight, outWidth, taps } = plane;
  const size = TILE + 1 - taps;
  return what === 'results'
    ? outHeight % size !== 0 || outWidth % size !== 0
    : top > 0 ||
        left > 0 ||
        outHeight + taps - 1 - top > height ||
        outWidth + taps - 1 - left > width;
};

/**
 * Returns the place of each element of each tile in the images: [36, tiles] rows of a matrix with one
 * row for each pixel, followed by a row of zeros for everything outside.
 */
export function dataPlaces(plane: Plane): Int32Array {
  const { height, width, top, left, outHeight, outWidth, taps } = plane;
  const size = TILE + 1 - taps;
  // elements that no result depends on repeat the last needed one, as theirs may be NaN
  const seen = (results: number, at: number, before: number) =>
    Math.min(at, results + taps - 2) - before;
  return places(plane, TILE, [height, width], (tile, element, axis) =>
    axis === 0
      ? seen(outHeight, tile * size + element, top)
      : seen(outWidth, tile * size + element, left),
  );
}

/** Returns the place of each result of each tile among the results, in the same way: [m², tiles]. */
export function resultPlaces(plane: Plane): Int32Array {
  const size = TILE + 1 - plane.taps;
  const { outHeight, outWidth } = plane;
  return places(plane, size, [outHeight, outWidth], (tile, element) => tile * size + element);
}

function places(
  plane: Plane,
  length: number,
  [height, width]: readonly [number, number],
  at: (tile: number, element: number, axis: 0 | 1) => number,
): Int32Array {
  const [down, across] = tilesOf(plane);
  const { batch } = plane;
  const rows = new Int32Array(length * length * batch * down * across);
  const zeros = batch * height * width;
  let next = 0;
  for (let i = 0; i < length; i++)
    for (let j = 0; j < length; j++)
      for (let image = 0; image < batch; image++)
        for (let row = 0; row < down; row++)
          for (let column = 0; column < across; column++) {
            const [y, x] = [at(row, i, 0), at(column, j, 1)];
            const inside = y >= 0 && y < height && x >= 0 && x < width;
            rows[next++] = inside ? (image * height + y) * width + x : zeros;
          }
  return rows;
}

/** Returns the place of each pixel's result among those of the tiles: [batch, height, width]. */
export function tilePlaces(plane: Plane): Int32Array {
  const { batch, outHeight, outWidth, taps } = plane;
  const size = TILE + 1 - taps;
  const [down, across] = tilesOf(plane);
  const rows = new Int32Array(batch * outHeight * outWidth);
  let next = 0;
  for (let image = 0; image < batch; image++)
    for (let y = 0; y < outHeight; y++)
      for (let x = 0; x < outWidth; x++) {
        const tile = (image * down + Math.floor(y / size)) * across + Math.floor(x / size);
        const element = (y % size) * size + (x % size);
        rows[next++] = element * batch * down * across + tile;
      }
  return rows;
}
