import {
  AvgPool,
  AvgPool3D,
  AvgPool3DGrad,
  AvgPoolGrad,
  MaxPool,
  MaxPool3D,
  MaxPool3DGrad,
  MaxPoolGrad,
  div,
  pad as padWith,
  reshape,
  slice,
  tensor1d,
  tidy,
} from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { insideParts } from '../pooling/inside_parts.js';
import { withNaN } from '../pooling/max_pool.js';
import { poolAxes } from '../pooling/pool_axes.js';
import type { PoolAttrs, PoolAxis } from '../pooling/pool_axes.js';
import { kernelFunc } from '../replacement.js';
import type { KernelReplacement } from '../replacement.js';
import { paddingBehind } from './padding.js';
import { OF_FLOATS, int, text } from './tensorflow_backend.js';
import type { OpAttr, TensorflowBackend, TensorflowCall } from './tensorflow_backend.js';

/*
 * Pooling with padding by a number of pixels, which neither tfjs-node nor most of the underlying ops
 * support: images are padded first, by neutral values.
 */

type Call<Inputs> = TensorflowCall<Inputs, PoolAttrs>;
interface Passed {
  readonly dy: Tensor;
  readonly input: Tensor;
}

interface PassedMaximum extends Passed {
  readonly output: Tensor;
}
type Shape4D = [number, number, number, number];

/** Tells whether libtensorflow has a name for the padding. */
const isNamed = ({ pad }: PoolAttrs): boolean => typeof pad === 'string';

/**
 * Lists the axes of the image. The number of windows is that of dy, as tfjs forgets how it was rounded;
 * padding is at least 0, as tfjs's is negative in three dimensions if windows lie apart.
 */
const axesOf = (image: Tensor, attrs: PoolAttrs, dy?: Tensor): PoolAxis[] =>
  poolAxes(image.shape, attrs).map((axis, i) => ({
    ...axis,
    before: Math.max(0, axis.before),
    windows: dy?.shape[i + 1] ?? axis.windows,
  }));

/** Returns the padding of every axis that contains every window. */
const edgesOf = (axes: readonly PoolAxis[]): [number, number][] => [
  [0, 0],
  ...axes.map(({ size, windows, stride, window, before }): [number, number] => [
    before,
    paddingBehind(size, windows, stride, window, before),
  ]),
  [0, 0],
];

/** Slices the image out of its padding. */
const inner = (x: Tensor, axes: readonly PoolAxis[]): Tensor =>
  slice(x, [0, ...axes.map(({ before }) => before), 0], [-1, ...axes.map(({ size }) => size), -1]);

const opAttrs = (axes: readonly PoolAxis[]): OpAttr[] => [
  OF_FLOATS,
  int('ksize', [1, ...axes.map(({ window }) => window), 1]),
  int('strides', [1, ...axes.map(({ stride }) => stride), 1]),
  text('padding', 'VALID'),
];

/** Makes the sum of each window, divided by the number of its pixels inside the image. */
const average = (kernelName: string): KernelReplacement => ({
  kernelName,
  backendName: 'tensorflow',
  make: (stock) =>
    kernelFunc((call: Call<{ x: Tensor }>) => {
      const { inputs, attrs, backend } = call;
      if (isNamed(attrs)) return stock(call);
      return tidy(() => {
        const axes = axesOf(inputs.x, attrs);
        const image = padWith(inputs.x, edgesOf(axes));
        const y = backend.executeSingleOutput(kernelName, opAttrs(axes), [image]);
        return byPixelsInside(y, axes);
      });
    }),
});

const byPixelsInside = (y: Tensor, axes: readonly PoolAxis[]): Tensor => {
  const parts = insideParts(axes);
  return parts === undefined ? y : div(y, parts);
};

/** Makes the gradient, also divided by the number of pixels inside, as with named padding. */
const averageGrad = (kernelName: string): KernelReplacement => ({
  kernelName,
  backendName: 'tensorflow',
  make: (stock) =>
    kernelFunc((call: Call<Passed>) => {
      const { inputs, attrs, backend } = call;
      if (isNamed(attrs)) return stock(call);
      return tidy(() => {
        const axes = axesOf(inputs.input, attrs, inputs.dy);
        const shape = edgesOf(axes).map(
          ([before, after], i) => before + inputs.input.shape[i]! + after,
        );
        const dx = backend.executeSingleOutput(kernelName, opAttrs(axes), [
          tensor1d(shape, 'int32'),
          byPixelsInside(inputs.dy, axes),
        ]);
        return inner(dx, axes);
      });
    }),
});

/** Makes the largest element of each window, or NaN if it holds one, which libtensorflow ignores. */
const maximum = (kernelName: string): KernelReplacement => ({
  kernelName,
  backendName: 'tensorflow',
  make: (stock) => {
    const pool = ({ inputs: { x }, attrs, backend }: Call<{ x: Tensor }>) =>
      tidy(() => {
        const axes = axesOf(x, attrs);
        return backend.executeSingleOutput(kernelName, opAttrs(axes), [
          padWith(x, edgesOf(axes), -Infinity),
        ]);
      });
    return kernelFunc((call: Call<{ x: Tensor }>) => {
      const run = isNamed(call.attrs) ? stock : (pool as unknown as typeof stock);
      return isNumbers(call.backend, call.inputs.x) ? run(call) : withNaN(run, call);
    });
  },
});

/** Tells whether x is known to have no NaN, by its sum. Data on a GPU is not read. */
function isNumbers(backend: TensorflowBackend, x: Tensor): boolean {
  if (backend.isUsingGpuDevice) return false;
  const axes = tensor1d([...x.shape.keys()], 'int32');
  const sum = backend.executeSingleOutput('Sum', [OF_FLOATS], [x, axes]);
  const [value] = backend.readSync(sum.dataId) as Float32Array;
  sum.dispose();
  axes.dispose();
  return !Number.isNaN(value);
}

/** The gradient of max pooling: each dy goes to the first largest element of its window. */
const maximumGrad: KernelReplacement = {
  kernelName: MaxPoolGrad,
  backendName: 'tensorflow',
  make: (stock) =>
    kernelFunc((call: Call<PassedMaximum>) => {
      const { inputs, attrs, backend } = call;
      if (isNamed(attrs)) return stock(call);
      return tidy(() => {
        const axes = axesOf(inputs.input, attrs, inputs.dy);
        const image = padWith(inputs.input, edgesOf(axes), -Infinity);
        return inner(gradientOf(backend, axes, image, inputs.output, inputs.dy), axes);
      });
    }),
};

/**
 * The same in three dimensions, by a pooling of each slice and then of the depth: its own op gives the
 * whole dy to every largest element.
 */
const maximumGrad3D: KernelReplacement = {
  kernelName: MaxPool3DGrad,
  backendName: 'tensorflow',
  make: () =>
    kernelFunc(({ inputs: { dy, input, output }, attrs, backend }: Call<PassedMaximum>) =>
      tidy(() => {
        const axes = axesOf(input, attrs, dy);
        const volume = padWith(input, edgesOf(axes), -Infinity);
        const [batch, depth, height, width, channels] = volume.shape as [number, ...Shape4D];
        const [deep, ...flat] = axes as [PoolAxis, PoolAxis, PoolAxis];
        const [rows, columns] = flat.map(({ windows }) => windows) as [number, number];
        const slices = reshape(volume, [batch * depth, height, width, channels]);
        const maxima = backend.executeSingleOutput('MaxPool', opAttrs(flat), [slices]);
        const along: PoolAxis[] = [deep, { ...ONE, size: rows * columns }];
        const asColumns = (x: Tensor) =>
          reshape(x, [
            batch,
            x.size / (batch * rows * columns * channels),
            rows * columns,
            channels,
          ]);
        const ofMaxima = gradientOf(
          backend,
          along,
          ...([maxima, output, dy].map(asColumns) as [Tensor, Tensor, Tensor]),
        );
        const ofSlices = reshape(ofMaxima, maxima.shape);
        const dx = gradientOf(backend, flat, slices, maxima, ofSlices);
        return inner(reshape(dx, volume.shape), axes);
      }),
    ),
};

const ONE = { size: 1, windows: 1, window: 1, stride: 1, before: 0 };

/** Computes the gradient of a pooling in two dimensions without padding. */
const gradientOf = (
  backend: TensorflowBackend,
  axes: readonly PoolAxis[],
  image: Tensor,
  output: Tensor,
  dy: Tensor,
): Tensor => backend.executeSingleOutput('MaxPoolGrad', opAttrs(axes), [image, output, dy]);

/** Average and max pooling in two and three dimensions, and their gradients. */
export const poolingOnTensorflow: readonly KernelReplacement[] = [
  ...[AvgPool, AvgPool3D].map(average),
  ...[AvgPoolGrad, AvgPool3DGrad].map(averageGrad),
  ...[MaxPool, MaxPool3D].map(maximum),
  maximumGrad,
  maximumGrad3D,
];
