import { concat, slice, tidy, unstack } from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { imageGrid } from 'gan-kit/io';
import type { RasterImage } from 'gan-kit/io';
import { range } from './data.js';
import type { Scenes } from './data.js';
import type { Direction, Translator } from './systems.js';

const back = (direction: Direction): Direction =>
  direction === 'labels-to-photo' ? 'photo-to-labels' : 'labels-to-photo';

/** Returns the photos or the label maps of scenes. */
const side = (scenes: Scenes, places: Int32Array, photos: boolean) =>
  photos ? scenes.photos(places) : scenes.maps(places);

/**
 * Draws one row for each of the first scenes: input, translation and target. For a system that learns both
 * directions: input, translation and reconstruction, once from the photo and once from the label map.
 */
export async function pictureOf(
  translator: Translator,
  scenes: Scenes,
  count: number,
): Promise<RasterImage> {
  const places = range(0, count);
  const both = translator.directions.length > 1;
  const images = tidy(() => {
    const columns = translator.directions.flatMap((direction) => {
      const fromPhoto = direction === 'photo-to-labels';
      const given = side(scenes, places, fromPhoto);
      const made = translator.translate(direction, given);
      const last = both
        ? translator.translate(back(direction), made)
        : side(scenes, places, !fromPhoto);
      return [given, made, last];
    });
    return byRow(columns);
  });
  const columns = 3 * translator.directions.length;
  const picture = await imageGrid(images, { columns, scale: 2 });
  images.dispose();
  return picture;
}

/** Orders columns of n images each by rows. */
const byRow = (columns: readonly Tensor4D[]): Tensor4D =>
  concat(
    unstack(columns[0]!).flatMap((_, row) =>
      columns.map((column) => slice(column, [row, 0, 0, 0], [1, -1, -1, -1])),
    ),
  );
