import {
  add,
  cast,
  getBackend,
  greater,
  greaterEqual,
  maximum,
  mul,
  pad,
  reshape,
  stridedSlice,
  sub,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core';
import type { Tensor, Tensor3D } from '@tensorflow/tfjs-core';
import { poolAxes } from '../kernels/pooling/pool_axes.js';
import type { PoolAttrs, PoolAxis } from '../kernels/pooling/pool_axes.js';
import { gradFunc } from './gradient_repair.js';
import type { GradientRepair } from './gradient_repair.js';

/** A value below every image's; a WebGL shader cannot spell infinity. */
const LOWEST = -3.4e38;

/** Returns the comparison by which a value wins: over an equal earlier one in the kernels of GPUs. */
const winner = () => (getBackend().startsWith('webg') ? greaterEqual : greater);

/**
 * Returns, for each window of `image`, the value of `of` at the maximum that gets the backend's
 * gradient.
 *
 * It uses slices, one for each place in the window, because not every backend has a max pooling that
 * returns the place.
 */
function atMaximum(of: Tensor, image: Tensor, attrs: PoolAttrs): Tensor {
  return tidy(() => {
    const wins = winner();
    const axes = poolAxes(image.shape, attrs);
    const paddedImage = padded(image, axes, LOWEST);
    const paddedOf = padded(of, axes, 0);
    const [first, ...others] = places(axes.map(({ window }) => window));
    let highest = pick(paddedImage, axes, first!);
    let result = pick(paddedOf, axes, first!);
    for (const place of others) {
      const here = pick(paddedImage, axes, place);
      // no `where`: webgpu's stops at rank 4
      const higher = cast(wins(here, highest), 'float32');
      result = add(mul(higher, pick(paddedOf, axes, place)), mul(sub(1, higher), result));
      highest = maximum(highest, here);
    }
    return result;
  });
}

/** Changes one axis as the middle one of three: webgl has no pad or stridedSlice of rank 5. */
function alongAxis(x: Tensor, axis: number, change: (x: Tensor3D) => Tensor): Tensor {
  const outer = x.shape.slice(0, axis);
  const inner = x.shape.slice(axis + 1);
  const size = (shape: number[]) => shape.reduce((product, n) => product * n, 1);
  const changed = change(reshape(x, [size(outer), x.shape[axis]!, size(inner)]));
  return reshape(changed, [...outer, changed.shape[1]!, ...inner]);
}

/** Pads the image to make room for every window. */
function padded(x: Tensor, axes: readonly PoolAxis[], value: number): Tensor {
  return axes.reduce((padded, { size, windows, window, stride, before }, i) => {
    const after = Math.max(0, (windows - 1) * stride + window - before - size);
    if (before === 0 && after === 0) return padded;
    return alongAxis(padded, i + 1, (x) =>
      pad(
        x,
        [
          [0, 0],
          [before, after],
          [0, 0],
        ],
        value,
      ),
    );
  }, x);
}

/** Returns the pixels at one place of all windows. */
function pick(x: Tensor, axes: readonly PoolAxis[], place: readonly number[]): Tensor {
  return axes.reduce((picked, { windows, stride }, i) => {
    const from = place[i]!;
    return alongAxis(picked, i + 1, (x) =>
      stridedSlice(
        x,
        [0, from, 0],
        [x.shape[0], from + (windows - 1) * stride + 1, x.shape[2]],
        [1, stride, 1],
      ),
    );
  }, x);
}

/** Lists all places in a window, row by row. */
const places = (window: readonly number[]): number[][] =>
  window.reduce<number[][]>(
    (found, size) =>
      found.flatMap((place) => Array.from({ length: size }, (_, i) => [...place, i])),
    [[]],
  );

/** Makes dx = dy at the place of each maximum, 0 elsewhere: linear in dy, constant in the image. */
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
