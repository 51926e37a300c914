import { linalg, mul, reshape, tidy, transpose } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import type { Sequential } from '@tensorflow/tfjs-layers';
import { sampleLatents } from 'gan-kit/training';

/** The length of a latent vector. */
export const LATENTS = 256;
const WIDTH = 64;
/** The factor of the orthogonal matrices: that of the code of the unrolled GAN. */
const GAIN = 1.4;
/** Standard deviation of kernels of rank three, those of minibatch discrimination, as in its authors' code. */
const STDDEV = 0.05;

/** The sizes of a network and what distinguishes it. */
export interface NetworkOptions {
  readonly inputs: number;
  readonly outputs: number;
  /** Every layer takes a seed of its own from here on. */
  readonly seed: number;
  /** A layer between the last hidden one and the output. */
  readonly extra?: layers.Layer;
}

/** Makes a network of two hidden layers of 64 ReLUs with orthogonal kernels, and biases of 0. */
export function network({ inputs, outputs, seed, extra }: NetworkOptions): Sequential {
  const dense = (units: number, inputShape?: number[]) =>
    layers.dense({
      ...{ units, kernelInitializer: 'zeros' },
      ...(units === WIDTH && { activation: 'relu' as const }),
      ...(inputShape && { inputShape }),
    });
  const model = sequential({
    layers: [...[dense(WIDTH, [inputs]), dense(WIDTH)], ...(extra ? [extra] : []), dense(outputs)],
  });
  tidy(() =>
    model.layers.forEach((layer, i) => {
      const [kernel, ...others] = layer.getWeights();
      layer.setWeights([firstKernel(kernel!.shape, seed + i), ...others]);
    }),
  );
  return model;
}

function firstKernel(shape: readonly number[], seed: number): Tensor {
  if (shape.length === 2) return orthogonal(shape[0]!, shape[1]!, seed);
  const [rows, ...sizes] = shape as [number, ...number[]];
  const size = sizes.reduce((product, one) => product * one, 1);
  return reshape(mul(STDDEV, sampleLatents({ count: rows, size, seed })), [...shape]);
}

/** Draws a matrix the rows or columns of which, whichever are fewer, are orthogonal and of length `GAIN`. */
export function orthogonal(rows: number, columns: number, seed: number): Tensor2D {
  return tidy(() => {
    const [fewer, more] = [Math.min(rows, columns), Math.max(rows, columns)];
    const drawn = sampleLatents({ count: fewer, size: more, seed });
    const unit = linalg.gramSchmidt(drawn) as Tensor2D;
    return mul<Tensor2D>(GAIN, rows === fewer ? unit : transpose(unit));
  });
}
