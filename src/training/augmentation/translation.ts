import { cast, equal, matMul, range, reshape, sub, transpose } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { RandomSource } from '../core/condition_distribution.js';
import { pixels, randomIntegers } from './random_integers.js';

/**
 * Moves each image by whole pixels, and fills with zeros: yᵢⱼ = x₍ᵢ₊ₛ₎₍ⱼ₊ₜ₎, s and t uniform on −r … r, with
 * r = ⌊ratio · size + ½⌋ of the height for s, of the width for t.
 *
 * Rows and columns move by products with matrices of zeros and ones, since the gradient of a product is a product on
 * every backend.
 *
 * **Differentiable:** to any order. Call it inside a tidy.
 *
 * @param x `[batch, height, width, channels]`.
 */
export function translate(x: Tensor, ratio: number, random: RandomSource): Tensor {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const shifts = (size: number) => {
    const reach = pixels(size, ratio);
    return shiftMatrices(size, randomIntegers(batch, [-reach, reach], random));
  };
  const rows = reshape(
    matMul(shifts(height), reshape(x, [batch, height, width * channels])),
    x.shape,
  );
  const turned = reshape(transpose(rows, [0, 2, 1, 3]), [batch, width, height * channels]);
  const columns = reshape(matMul(shifts(width), turned), [batch, width, height, channels]);
  return transpose(columns, [0, 2, 1, 3]);
}

/** Makes a matrix for each sample: 1 where j = i + s, 0 elsewhere. */
function shiftMatrices(size: number, s: Tensor): Tensor {
  const i = reshape(range(0, size), [1, size, 1]);
  const j = reshape(range(0, size), [1, 1, size]);
  return cast(equal(sub(j, i), s), 'float32');
}
