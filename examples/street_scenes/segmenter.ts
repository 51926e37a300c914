import {
  argMax,
  cast,
  concat,
  dispose,
  mean,
  oneHot,
  slice,
  tensor3d,
  tidy,
  variableGrads,
} from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Tensor4D, Variable } from '@tensorflow/tfjs-core';
import { input, layers, model } from '@tensorflow/tfjs-layers';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { batchNormalization, conv2d, conv2dTranspose } from 'gan-kit/layers';
import { initializeWeights } from 'gan-kit/models';
import { softmaxCrossEntropy } from 'gan-kit/ops';
import { adam, shuffledBatch } from 'gan-kit/training';
import type { Scenes } from './data.js';
import { CLASSES } from './palette.js';

/** The numbers of filters at full, half, quarter and eighth resolution. */
const FILTERS = [12, 24, 48, 64] as const;
const RATE = 4e-3;

/**
 * Builds a fully convolutional network: from photos `[n, size, size, 3]` to the logits of the class of every
 * pixel, `[n, size, size, classes]`. Each upsampling is concatenated with the features of the downsampling at
 * that resolution.
 *
 * @see Long, Shelhamer and Darrell 2014, arXiv 1411.4038; the shape is that of Ronneberger et al. 2015,
 * arXiv 1505.04597
 */
export function buildSegmenter(size: number, seed = 0): LayersModel {
  const run = (x: SymbolicTensor, ...stack: layers.Layer[]) =>
    stack.reduce((y, layer) => layer.apply(y) as SymbolicTensor, x);
  const zeros = { kernelInitializer: 'zeros', useBias: false } as const;
  const after = (name: string) => [
    batchNormalization({ name: `${name}_norm` }),
    layers.reLU({ name: `${name}_act` }),
  ];
  const down = (k: number) => {
    const strides = k === 0 ? 1 : 2;
    const geometry = { filters: FILTERS[k]!, kernelSize: 3, strides, padding: 1 };
    return [conv2d({ name: `down${k}`, ...geometry, ...zeros }), ...after(`down${k}`)];
  };
  const up = (k: number) => {
    const geometry = { filters: FILTERS[k]!, kernelSize: 4, strides: 2, padding: 1 };
    return [conv2dTranspose({ name: `up${k}`, ...geometry, ...zeros }), ...after(`up${k}`)];
  };
  const image = input({ shape: [size, size, 3], name: 'photo' });
  const seen = [run(image, ...down(0))];
  for (let k = 1; k < FILTERS.length; k++) seen.push(run(seen[k - 1]!, ...down(k)));
  let x = run(
    seen.at(-1)!,
    conv2d({ name: 'deep', filters: FILTERS.at(-1)!, kernelSize: 3, padding: 1, ...zeros }),
    ...after('deep'),
  );
  for (let k = FILTERS.length - 2; k >= 0; k--)
    x = layers
      .concatenate({ name: `skip${k}` })
      .apply([seen[k]!, run(x, ...up(k))]) as SymbolicTensor;
  const logits = conv2d({
    ...{ name: 'logits', filters: CLASSES.length, kernelSize: 3, padding: 1 },
    kernelInitializer: 'zeros',
  });
  const network = model({ inputs: image, outputs: run(x, logits), name: 'segmenter' });
  initializeWeights(network, { stddev: 0.05, seed });
  return network;
}

/** Options of {@link trainSegmenter}. */
export interface SegmenterTraining {
  readonly steps: number;
  readonly batch: number;
  readonly seed: number;
  readonly onStep?: (step: number, loss: number) => void;
}

/** Trains a segmenter on real photos; the learning rate falls to 0 along a cosine. */
export async function trainSegmenter(
  network: LayersModel,
  scenes: Scenes,
  { steps, batch, seed, onStep }: SegmenterTraining,
): Promise<void> {
  const variables = network.trainableWeights.map((weight) => weight.read() as Variable);
  const optimizer = adam({ learningRate: RATE, beta1: 0.9 });
  for (let step = 0; step < steps; step++) {
    optimizer.learningRate = RATE * 0.5 * (1 + Math.cos((Math.PI * step) / steps));
    const places = shuffledBatch({ count: scenes.count, batchSize: batch, seed, index: step });
    const photos = scenes.photos(places);
    const labels = tidy(() => {
      const shape: [number, number, number] = [batch, scenes.size, scenes.size];
      const classes = tensor3d(Int32Array.from(scenes.labels(places)), shape, 'int32');
      // not by oneHot's dtype: wasm would write the bits of integers
      return cast(oneHot(classes, CLASSES.length), 'float32');
    });
    const { value, grads } = variableGrads(() => {
      const logits = network.apply(photos, { training: true }) as Tensor4D;
      return mean<Scalar>(softmaxCrossEntropy({ labels, logits }));
    }, variables);
    optimizer.applyGradients(grads);
    onStep?.(step + 1, (await value.data())[0]!);
    dispose([photos, labels, value]);
    dispose(grads);
  }
  optimizer.dispose();
}

/** Finds the most likely class of every pixel, photo after photo. */
export async function segment(network: LayersModel, photos: Tensor4D): Promise<Uint8Array> {
  const BATCH = 16;
  const classes = tidy(() => {
    const parts: Tensor[] = [];
    for (let i = 0; i < photos.shape[0]; i += BATCH) {
      const size = Math.min(BATCH, photos.shape[0] - i);
      const logits = network.apply(slice(photos, [i, 0, 0, 0], [size, -1, -1, -1])) as Tensor4D;
      parts.push(argMax(logits, -1));
    }
    return concat(parts);
  });
  const labels = Uint8Array.from(await classes.data());
  classes.dispose();
  return labels;
}
