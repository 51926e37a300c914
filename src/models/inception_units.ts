import { layers } from '@tensorflow/tfjs-layers';
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';

/** The name, filters, kernel size and stride of a convolution. */
export type Convolution = readonly [
  name: string,
  filters: number,
  kernelSize: number | [height: number, width: number],
  strides?: number,
];

type Node = SymbolicTensor;

/** Applies a convolution without bias, normalization by the running statistics, and ReLU. */
export function convolve(x: Node, convolution: Convolution, padding: 'same' | 'valid'): Node {
  const [name, filters, kernelSize, strides = 1] = convolution;
  const window = { filters, kernelSize, strides, padding };
  const fixed = { trainable: false, useBias: false, kernelInitializer: 'zeros' as const };
  const convolved = layers.conv2d({ ...window, ...fixed, name }).apply(x);
  const norm = layers.batchNormalization({
    name: `${name}_norm`,
    epsilon: 1e-3,
    trainable: false,
  });
  return layers.reLU({ name: `${name}_act` }).apply(norm.apply(convolved)) as Node;
}

/** Applies the convolutions of a branch one after the other; pads only those of stride 1. */
export function chain(x: Node, block: string, convolutions: readonly Convolution[]): Node {
  return convolutions.reduce((y, [name, filters, kernelSize, strides = 1]) => {
    const named: Convolution = [`${block}_${name}`, filters, kernelSize, strides];
    return convolve(y, named, strides === 1 ? 'same' : 'valid');
  }, x);
}

/** Joins the branches of a block along the channels. */
export function join(block: string, branches: readonly Node[]): Node {
  return layers.concatenate({ name: block }).apply([...branches]) as Node;
}

/** Applies 3×3 average pooling; averages at the border are over the existing pixels, as in TensorFlow. */
export function averages(x: Node, block: string): Node {
  const pool = { poolSize: 3, strides: 1, padding: 'same' } as const;
  return layers.averagePooling2d({ ...pool, name: `${block}_average` }).apply(x) as Node;
}

/** Applies 3×3 max pooling, without padding for stride 2, with padding for stride 1. */
export function maxima(x: Node, block: string, strides: 1 | 2): Node {
  const pool = { poolSize: 3, strides, padding: strides === 1 ? 'same' : 'valid' } as const;
  return layers.maxPooling2d({ ...pool, name: `${block}_max` }).apply(x) as Node;
}
