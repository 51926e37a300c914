import { tensor, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { RandomStream } from '../../src/internal/random.js';

interface KernelCase {
  readonly weight: string;
  /** The axes of the kernel that are the rows of W. */
  readonly rowAxes: number[];
}

interface LayerCase {
  readonly kind: string;
  readonly make: (args?: Record<string, unknown>) => layers.Layer;
  /** The shape of an input with a batch of 2. */
  readonly inputShape: number[];
  readonly kernels: KernelCase[];
}

const last = (weight: string, rank: number): KernelCase => ({ weight, rowAxes: [rank - 1] });

/** One small layer of each class that SpectralNormalization supports. */
export const SPECTRAL_LAYERS: readonly LayerCase[] = [
  {
    kind: 'Dense',
    make: (args) => layers.dense({ units: 5, ...args }),
    inputShape: [2, 7],
    kernels: [last('kernel', 2)],
  },
  {
    kind: 'Conv1D',
    make: (args) => layers.conv1d({ filters: 4, kernelSize: 3, ...args }),
    inputShape: [2, 6, 3],
    kernels: [last('kernel', 3)],
  },
  {
    kind: 'Conv2D',
    make: (args) => layers.conv2d({ filters: 5, kernelSize: [3, 2], ...args }),
    inputShape: [2, 5, 4, 3],
    kernels: [last('kernel', 4)],
  },
  {
    kind: 'Conv3D',
    make: (args) => layers.conv3d({ filters: 4, kernelSize: 2, ...args }),
    inputShape: [2, 3, 3, 2, 2],
    kernels: [last('kernel', 5)],
  },
  {
    kind: 'Conv2DTranspose',
    make: (args) => layers.conv2dTranspose({ filters: 3, kernelSize: [3, 2], strides: 2, ...args }),
    inputShape: [2, 3, 2, 4],
    kernels: [{ weight: 'kernel', rowAxes: [2] }],
  },
  {
    kind: 'Conv3DTranspose',
    make: (args) => layers.conv3dTranspose({ filters: 3, kernelSize: 2, ...args }),
    inputShape: [2, 2, 2, 1, 2],
    kernels: [{ weight: 'kernel', rowAxes: [3] }],
  },
  {
    kind: 'DepthwiseConv2D',
    make: (args) => layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, ...args }),
    inputShape: [2, 4, 5, 3],
    kernels: [{ weight: 'depthwise_kernel', rowAxes: [2, 3] }],
  },
  {
    kind: 'SeparableConv2D',
    make: (args) =>
      layers.separableConv2d({ filters: 3, kernelSize: 2, depthMultiplier: 2, ...args }),
    inputShape: [2, 4, 3, 2],
    kernels: [
      { weight: 'depthwise_kernel', rowAxes: [2, 3] },
      { weight: 'pointwise_kernel', rowAxes: [3] },
    ],
  },
  {
    kind: 'Embedding',
    make: (args) => layers.embedding({ inputDim: 6, outputDim: 4, ...args }),
    inputShape: [2, 3],
    kernels: [{ weight: 'embeddings', rowAxes: [0] }],
  },
];

/** Returns a kernel as the matrix W, element by element, without tensor ops that could have the same mistake. */
export async function kernelMatrix(kernel: Tensor, rowAxes: readonly number[]) {
  const { shape } = kernel;
  const values = await kernel.data();
  const columnAxes = shape.map((_, axis) => axis).filter((axis) => !rowAxes.includes(axis));
  const size = (axes: readonly number[]) => axes.reduce((total, axis) => total * shape[axis]!, 1);
  const [rows, columns] = [size(rowAxes), size(columnAxes)];
  const matrix = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const index: number[] = [];
    let rest = i;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] = rest % shape[axis]!;
      rest = Math.floor(rest / shape[axis]!);
    }
    const number = (axes: readonly number[]) =>
      axes.reduce((total, axis) => total * shape[axis]! + index[axis]!, 0);
    matrix[number(rowAxes) * columns + number(columnAxes)] = values[i]!;
  }
  return { matrix, rows, columns };
}

/** Makes a batch for a layer: normal values, or integers from 0 to 2 for an embedding. */
export function batchFor(kind: string, shape: number[], seed = 3): Tensor {
  const stream = new RandomStream(seed);
  if (kind !== 'Embedding') return stream.normal(shape);
  const size = shape.reduce((a, b) => a * b, 1);
  return tensor(stream.integerValues(size, 3), shape, 'int32');
}

/** Sets weights of a layer that are the same in every run; u and v are then far from convergence. */
export function seedWeights(layer: layers.Layer, seed = 17): void {
  const stream = new RandomStream(seed);
  for (const weight of layer.weights)
    tidy(() => void weight.write(stream.normal(weight.shape as number[])));
}
