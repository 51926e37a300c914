import { strideOfA } from './tiled_product.js';
import { rowsOf, threadsOf } from './tiles.js';
import type { Tile } from './tiles.js';

/*
 * The loads of a tile of a whose rows are places of images and whose terms are steps from them. The shader has
 * `placeOf(row : i32) -> vec3i` and the functions of windows.ts.
 */

/** Returns the number of rows of which each pass of all threads reads the terms. */
export const rowsAtOnce = (tile: Tile): number => threadsOf(tile) / (tile.terms / 4);

const loads = (tile: Tile): number => rowsOf(tile) / rowsAtOnce(tile);

/** Writes the statements before the loop: each thread finds the places that it will read from. */
export const findPlaces = (tile: Tile): string => `let quad = thread % ${tile.terms / 4};
  let lane = thread / ${tile.terms / 4};
  var places : array<vec3i, ${loads(tile)}>;
  for (var i = 0; i < ${loads(tile)}; i++) {
    places[i] = placeOf(firstRow + lane + i * ${rowsAtOnce(tile)});
  }`;

/** Writes the statements that fill the tile of a, and leave the steps of the thread's four terms in `steps`. */
export const loadWindows = (tile: Tile): string => `let steps = stepsFrom(term + 4 * quad);
    for (var i = 0; i < ${loads(tile)}; i++) {
      let row = lane + i * ${rowsAtOnce(tile)};
      tileA[row * ${strideOfA({ tile, quads: 'terms' })} + quad] = readQuad(places[i], steps);
    }`;
