import { avgPool, customGrad, image, mul, tidy } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { bilinear, resizeTransposed } from './resize_transposed.js';

/** How the pixels between pixels are made. */
export type Interpolation = 'nearest' | 'bilinear';

/**
 * Doubles the height and width of images.
 *
 * The gradient is written with forward ops: those of tfjs ignore `halfPixelCenters` and, on cpu, are wrong for
 * nearest neighbours.
 *
 * **Differentiable:** to any order, on every backend.
 *
 * @param x [batch, height, width, channels], float32.
 * @returns [batch, 2 · height, 2 · width, channels]; the caller owns it.
 */
export function doubleSize(x: Tensor4D, interpolation: Interpolation): Tensor4D {
  return interpolation === 'nearest' ? repeatPixels(x) : interpolatePixels(x);
}

const doubled = ({ shape: [, height, width] }: Tensor4D): [number, number] => [
  2 * height,
  2 * width,
];

/** Makes four pixels of one. */
const repeatPixels = (x: Tensor4D): Tensor4D =>
  customGrad((x) => ({
    value: image.resizeNearestNeighbor(x as Tensor4D, doubled(x as Tensor4D)),
    gradFunc: (dy: Tensor4D) => tidy(() => mul<Tensor4D>(averagePixels(dy), 4)),
  }))(x);

/** Makes the mean of four pixels, the transposed operation over 4. */
const averagePixels = (x: Tensor4D): Tensor4D =>
  customGrad((x) => ({
    value: avgPool(x as Tensor4D, 2, 2, 'valid'),
    gradFunc: (dy: Tensor4D) => tidy(() => mul<Tensor4D>(repeatPixels(dy), 0.25)),
  }))(x);

/** Makes four pixels of nine, each with the weights 9, 3, 3 and 1 of 16; the border pixel goes on beyond the border. */
const interpolatePixels = (x: Tensor4D): Tensor4D =>
  customGrad((x) => {
    const from = x as Tensor4D;
    const size = from.shape.slice(1, 3) as [number, number];
    return {
      value: image.resizeBilinear(from, doubled(from), false, true),
      gradFunc: (dy: Tensor) => resizeTransposed(dy, size, bilinear),
    };
  })(x) as Tensor4D;
