import { concat, dispose, pad, stack, tidy, unstack } from '@tensorflow/tfjs-core';
import type { Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { imageGrid } from 'gan-kit/io';
import type { RasterImage } from 'gan-kit/io';
import type { CycleGAN } from 'gan-kit/training';
import { imageTensor } from '../mnist/data.js';
import { streetTensor } from './domains.js';
import type { Domains } from './domains.js';
import { SIDE } from './street_numbers.js';

const ROWS = 8;
const TRIPLES = 2;

/**
 * Draws the translations of held-out images: digit, street number, digit again on the left; street number,
 * digit, street number again on the right.
 */
export async function pictureOf(cycle: CycleGAN, heldOut: Domains): Promise<RasterImage> {
  const places = Int32Array.from({ length: ROWS * TRIPLES }, (_, i) => i);
  const a = imageTensor(heldOut.a, places);
  const b = streetTensor(heldOut.b, places);
  const asB = cycle.translate({ a });
  const asA = cycle.translate({ b });
  const againA = cycle.translate({ b: asB });
  const againB = cycle.translate({ a: asA });
  const picture = tidy(() => {
    const [digits, numbers] = [
      [a, asB, againA],
      [b, asA, againB],
    ].map((columns) => columns.map((images) => unstack(asStreet(images))));
    const rows = Array.from({ length: ROWS }, (_, row) =>
      [digits!, numbers!].flatMap((columns) =>
        Array.from({ length: TRIPLES }, (_, triple) =>
          columns.map((images) => images[row * TRIPLES + triple] as Tensor3D),
        ).flat(),
      ),
    );
    return stack(rows.flat()) as Tensor4D;
  });
  const raster = await imageGrid(picture, { columns: 6 * TRIPLES, scale: 2 });
  dispose([a, b, asB, asA, againA, againB, picture]);
  return raster;
}

/** Puts grey digits of 28×28 into the middle of 32×32×3; returns street numbers as they are. */
function asStreet(images: Tensor4D): Tensor4D {
  const [, height, , channels] = images.shape;
  if (channels === 3) return images;
  const edge = (SIDE - height) / 2;
  const colour = concat([images, images, images], 3);
  const edges = [edge, edge] as [number, number];
  return pad(colour, [[0, 0], edges, edges, [0, 0]], -1);
}
