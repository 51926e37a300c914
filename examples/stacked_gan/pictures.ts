import { concat, gather, tidy } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { imageGrid } from 'gan-kit/io';
import type { RasterImage } from 'gan-kit/io';
import { sampleLatents } from 'gan-kit/training';
import type { StackedGAN } from 'gan-kit/training';
import { labelTensor } from '../labelled_digits/labels.js';
import { DIGITS } from '../labelled_digits/recipe.js';

/** Number of latent vectors of each level in a row of samples: each of features with each of images. */
const OF_FEATURES = 4;
const OF_IMAGES = 3;
const COLUMNS = OF_FEATURES * OF_IMAGES;

const GRID = { columns: COLUMNS, range: [0, 1] } as const;

/** Repeats rows: row i of the result is row `place(i)`. */
const rowsAt = <T extends Tensor>(x: T, count: number, place: (i: number) => number): T =>
  gather(
    x,
    Array.from({ length: count }, (_, i) => place(i)),
  );

/** Draws rows of images: the first is real, the others are made from its features with one z_0 each. */
export async function drawReconstructions(gan: StackedGAN, images: Tensor4D): Promise<RasterImage> {
  const count = images.shape[0];
  const made = COLUMNS - 1;
  const tiles = tidy(() => {
    const drawn = sampleLatents({
      ...{ count: made, size: gan.latentSizes[0]!, distribution: 'uniform01', seed: 1 },
    });
    const remade = gan.reconstruct({
      images: rowsAt(images, count * made, (i) => Math.floor(i / made)),
      latents: [rowsAt(drawn, count * made, (i) => i % made)],
    });
    const all = concat([images, remade as Tensor4D]);
    return rowsAt(all, count * COLUMNS, (i) => {
      const [row, column] = [Math.floor(i / COLUMNS), i % COLUMNS];
      return column === 0 ? row : count + row * made + column - 1;
    });
  });
  const picture = await imageGrid(tiles, GRID);
  tiles.dispose();
  return picture;
}

/** Draws a row of samples for each digit: four z_1, and with each of them the same three z_0. */
export async function drawSamples(gan: StackedGAN): Promise<RasterImage> {
  const samples = tidy(() => {
    const count = DIGITS * COLUMNS;
    const drawn = [OF_IMAGES, OF_FEATURES].map((count, level) =>
      sampleLatents({
        ...{ count, size: gan.latentSizes[level]!, distribution: 'uniform01', seed: 2 + level },
      }),
    );
    return gan.generate({
      condition: labelTensor(Array.from({ length: count }, (_, i) => Math.floor(i / COLUMNS))),
      latents: [
        rowsAt(drawn[0]!, count, (i) => i % OF_IMAGES),
        rowsAt(drawn[1]!, count, (i) => Math.floor((i % COLUMNS) / OF_IMAGES)),
      ],
    });
  });
  const picture = await imageGrid(samples as Tensor4D, GRID);
  samples.dispose();
  return picture;
}
