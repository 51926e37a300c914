import { tensor4d } from '@tensorflow/tfjs-core';
import type { Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { imageGrid } from 'gan-kit/io';
import type { RasterImage } from 'gan-kit/io';
import { brightness, queriesOf } from './queries.js';
import type { Queries } from './queries.js';

type Colour = readonly [number, number, number];

/** The colours of the marks. */
const MARKS: Readonly<Record<keyof Queries, Colour>> = {
  top: [1, 0.25, 0.2],
  bottom: [0.25, 0.6, 1],
  ground: [0.3, 0.9, 0.35],
};
const NAMES = Object.keys(MARKS) as (keyof Queries)[];
const HEAT: Colour = [1, 0.85, 0.3];
/** How bright an image stays under a map. */
const DIM = 0.35;

/**
 * Draws images and where three of their pixels look, four tiles for each: the image with the pixels marked, and for each
 * of them the image, darkened, under its map. A map is as bright as its greatest value.
 *
 * @param images Images `[n, h, w, 1]` in [−1, 1].
 * @param maps Their attention `[n, queries, keys]`, over a square map and a smaller one.
 * @param across Number of images side by side.
 */
export async function drawMaps(
  images: Tensor4D,
  maps: Tensor3D,
  across: number,
): Promise<RasterImage> {
  const [count, size, keys] = maps.shape;
  const [side, cells, keyCells] = [images.shape[1], Math.sqrt(size), Math.sqrt(keys)];
  const [shown, coarse] = [await brightness(images, side), await brightness(images, cells)];
  const looks = await maps.data();
  const values: number[] = [];
  for (let n = 0; n < count; n++) {
    const queries = queriesOf(coarse[n]!, cells);
    const marked = (pixel: number, names: readonly (keyof Queries)[]) =>
      names.find((name) => queries[name] === cellOf(pixel, side, cells));
    for (let pixel = 0; pixel < side * side; pixel++) {
      const grey = shown[n]![pixel]!;
      const mark = marked(pixel, NAMES);
      values.push(...(mark ? MARKS[mark] : [grey, grey, grey]));
    }
    for (const name of NAMES) {
      const row = (n * size + queries[name]) * keys;
      const map = looks.slice(row, row + keys);
      const most = Math.max(...map);
      for (let pixel = 0; pixel < side * side; pixel++) {
        const heat = map[cellOf(pixel, side, keyCells)]! / most;
        const grey = DIM * shown[n]![pixel]! * (1 - heat);
        const mark = marked(pixel, [name]);
        values.push(...(mark ? MARKS[mark] : HEAT.map((part) => grey + part * heat)));
      }
    }
  }
  const tilesOfOne = 1 + NAMES.length;
  const tiles = tensor4d(values, [count * tilesOfOne, side, side, 3]);
  const columns = across * tilesOfOne;
  const picture = await imageGrid(tiles, { columns, scale: 4, gap: 4, range: [0, 1] });
  tiles.dispose();
  return picture;
}

/** Returns the cell, of `cells` × `cells`, in which a pixel of `side` × `side` lies. */
function cellOf(pixel: number, side: number, cells: number): number {
  const [y, x] = [Math.floor(pixel / side), pixel % side];
  return Math.floor((y * cells) / side) * cells + Math.floor((x * cells) / side);
}

/** Puts pictures of the same height side by side, with white between them. */
export function beside(pictures: readonly RasterImage[], gap = 16): RasterImage {
  const [{ height, channels }] = pictures as [RasterImage];
  const width = pictures.reduce((sum, picture) => sum + picture.width + gap, -gap);
  const data = new Uint8Array(width * height * channels).fill(255);
  let left = 0;
  for (const picture of pictures) {
    const row = picture.width * channels;
    for (let y = 0; y < height; y++)
      data.set(picture.data.subarray(y * row, (y + 1) * row), (y * width + left) * channels);
    left += picture.width + gap;
  }
  return { width, height, channels, data };
}
