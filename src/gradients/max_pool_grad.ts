import {
  add,
  cast,
  greater,
  maximum,
  mul,
  pad,
  stridedSlice,
  sub,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { gradFunc } from './gradient_repair.js';
import type { GradientRepair } from './gradient_repair.js';
import { poolAxes } from './pool_axes.js';
import type { PoolAttrs } from './pool_axes.js';

/** Below every value of an image; an infinity has no spelling in a WebGL shader. */
const LOWEST = -3.4e38;

/**
 * For each window of `image`, the value of `of` where the image has its first maximum.
 *
 * Written with slices, one for each place in the window, because not every backend has a max pooling
 * that tells the place.
 */
function atMaximum(of: Tensor, image: Tensor, attrs: PoolAttrs): Tensor {
  return tidy(() => {
    const axes = poolAxes(image.shape, attrs);
    const paddings = axes.map(({ size, windows, window, stride, before }): [number, number] => [
      before,
      Math.max(0, (windows - 1) * stride + window - before - size),
    ]);
    const around: [number, number][] = [[0, 0], ...paddings, [0, 0]];
    const paddedImage = pad(image, around, LOWEST);
    const paddedOf = pad(of, around);
    const batch = image.shape[0];
    const channels = image.shape.at(-1)!;
    /** The pixels at one place of all windows. */
    const pick = (x: Tensor, place: readonly number[]) =>
      stridedSlice(
        x,
        [0, ...place, 0],
        [
          batch,
          ...axes.map(({ windows, stride }, i) => place[i]! + (windows - 1) * stride + 1),
          channels,
        ],
        [1, ...axes.map(({ stride }) => stride), 1],
      );
    const [first, ...others] = places(axes.map(({ window }) => window));
    let highest = pick(paddedImage, first!);
    let result = pick(paddedOf, first!);
    for (const place of others) {
      const here = pick(paddedImage, place);
      // no `where`: on webgpu it ends at rank 4
      const higher = cast(greater(here, highest), 'float32');
      result = add(mul(higher, pick(paddedOf, place)), mul(sub(1, higher), result));
      highest = maximum(highest, here);
    }
    return result;
  });
}

/** All places in a window, row by row. */
const places = (window: readonly number[]): number[][] =>
  window.reduce<number[][]>(
    (found, size) =>
      found.flatMap((place) => Array.from({ length: size }, (_, i) => [...place, i])),
    [[]],
  );

/** dx = dy at the place of each maximum, 0 elsewhere: linear in dy, constant in the image. */
const maxPool = (kernelName: string): GradientRepair => ({
  kernelName,
  make: () => ({
    kernelName,
    inputsToSave: ['input', 'output'],
    gradFunc: gradFunc<PoolAttrs>((ddx, [input, output], attrs) => ({
      dy: () => atMaximum(ddx, input!, attrs),
      input: () => zeros(input!.shape),
      output: () => zeros(output!.shape),
    })),
  }),
});

/** The backward kernels of max pooling in two and three dimensions. */
export const maxPoolGrad: readonly GradientRepair[] = [
  maxPool('MaxPoolGrad'),
  maxPool('MaxPool3DGrad'),
];
