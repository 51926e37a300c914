import { input, layers, model } from '@tensorflow/tfjs-layers';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { fail } from '../internal/check.js';
import { checkBackend } from '../internal/check_backend.js';
import { allOrNothing } from '../internal/freed_if_thrown.js';
import { custom, seed, string } from '../internal/option_kinds.js';
import { RandomStream } from '../internal/random.js';
import { readOptions } from '../internal/read_options.js';
import type { OptionsOf } from '../internal/read_options.js';
import { Bias } from '../layers/bias.js';
import { namedWeights } from '../layers/weights/named_weights.js';
import { blockA, blockB, blockC, blockD, blockE } from './inception_blocks.js';
import { convolve, maxima } from './inception_units.js';

const WHERE = 'inceptionV3';

/** Options of {@link inceptionV3}. */
export interface InceptionV3Options {
  /** `[height, width, 3]`, each side 75 pixels or more; default [299, 299, 3], the only size that metrics use. */
  inputShape?: readonly [height: number, width: number, channels: 3];
  /** The seed of the initial random weights, an integer from 0 on; default 0. */
  seed?: number;
  /** The model's name; default `'inception'`. */
  name?: string;
}

/** The smallest height and width for which the last block has an output pixel. */
const SMALLEST = 75;

type Shape = readonly [height: number, width: number, channels: 3];

const SCHEMA = {
  inputShape: custom<Shape>(checkShape, { default: () => [299, 299, 3] }),
  seed: seed(),
  name: string({ default: 'inception' }),
};

function checkShape(where: string, parameter: string, value: unknown): asserts value is Shape {
  const sizes: readonly unknown[] = Array.isArray(value) ? value : [];
  const [height, width, channels] = sizes;
  const fits = (size: unknown) => Number.isSafeInteger(size) && (size as number) >= SMALLEST;
  if (sizes.length !== 3 || !fits(height) || !fits(width) || channels !== 3)
    fail('value', where, parameter, `[height, width, 3] from ${SMALLEST} on`, value);
}

/**
 * Makes the Inception-v3 network of 2015 that FID, KID and the Inception Score use, from images to
 * features and to the logits of 1,008 classes.
 *
 * It has five convolutions and two poolings, then blocks whose branches are joined: 3 of 35×35, 5 of
 * 17×17, 3 of 8×8; each convolution is `relu(γ (W∗x − μ)/√(σ² + 0.001) + β)` with the running
 * statistics. It differs from the network of the paper and of torchvision: average pooling in the blocks
 * ignores the padding around the image; the last block has max pooling instead; there are 1,008 classes;
 * and there is no dropout.
 *
 * The outputs are the six features of torch-fidelity, in its order; their layers have its names: `'64'`,
 * `'192'`, `'768'` and `'2048'`, the means over all pixels after the first pooling, the second, the
 * 17×17 blocks and the last block; `'logits_unbiased'`, W·f of the last of these; `'logits'`, W·f + b.
 * The other layers are named after its modules, `Mixed_5b_branch1x1`, and their normalization and
 * activation end with `_norm` and `_act`. `loadStateDict` with `architecture: 'inception'` loads the
 * published weights.
 *
 * For metrics use `inceptionFeatures`, which loads weights and prepares images. This function makes only
 * the network: it expects images of 299×299 with values (x − 128)/128, and has random weights.
 *
 * @param options See {@link InceptionV3Options}.
 * @returns A model of six outputs, each [batch, d]. No weight is trainable. Kernels are uniform on [−b, b),
 *   b = √(6/fan-in), which preserves the scale of activations; scales and variances are 1, the rest 0.
 * @throws GanKitError if an option is out of range.
 *
 * **Differentiable:** not guaranteed; the network is meant for inference.
 *
 * @example
 * ```ts
 * import { zeros } from '@tensorflow/tfjs-core';
 * import type { Tensor } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { inceptionV3 } from 'gan-kit/models';
 *
 * await loadBackend();
 * const network = inceptionV3({ inputShape: [75, 75, 3] });
 * const features = network.predict(zeros([1, 75, 75, 3])) as Tensor[];
 * console.log(features.map(({ shape }) => shape[1])); // → [ 64, 192, 768, 2048, 1008, 1008 ]
 * ```
 *
 * @see Szegedy et al. 2015, arXiv 1512.00567; Heusel et al. 2017, arXiv 1706.08500
 */
export function inceptionV3(options: InceptionV3Options = {}): LayersModel {
  const read = readOptions(WHERE, options, SCHEMA);
  return allOrNothing(() => drawn(build(read), read.seed));
}

/** Draws the kernels of a network, and returns the network. */
function drawn(network: LayersModel, seed: number): LayersModel {
  const stream = new RandomStream(seed, 'inceptionV3');
  for (const { path, variable } of namedWeights(network)) {
    if (!path.endsWith('/kernel')) continue;
    const shape = variable.shape as number[];
    const bound = Math.sqrt(6 / shape.slice(0, -1).reduce((size, axis) => size * axis, 1));
    const kernel = stream.fork(path).uniform(shape, -bound, bound);
    variable.write(kernel);
    kernel.dispose();
  }
  return network;
}

/** Makes the same network with kernels of zeros, for weights to be loaded. */
export const emptyInception = (options: InceptionV3Options = {}): LayersModel =>
  build(readOptions(WHERE, options, SCHEMA));

function build({ inputShape, name }: OptionsOf<typeof SCHEMA>): LayersModel {
  checkBackend(WHERE);
  const image = input({ shape: [...inputShape], name: 'input' });
  let x = convolve(image, ['Conv2d_1a_3x3', 32, 3, 2], 'valid');
  x = convolve(x, ['Conv2d_2a_3x3', 32, 3], 'valid');
  x = convolve(x, ['Conv2d_2b_3x3', 64, 3], 'same');
  const first = maxima(x, 'Conv2d_2b_3x3', 2);
  x = convolve(first, ['Conv2d_3b_1x1', 80, 1], 'valid');
  x = convolve(x, ['Conv2d_4a_3x3', 192, 3], 'valid');
  const second = maxima(x, 'Conv2d_4a_3x3', 2);

  x = blockA(second, 'Mixed_5b', 32);
  x = blockA(x, 'Mixed_5c', 64);
  x = blockA(x, 'Mixed_5d', 64);
  x = blockB(x, 'Mixed_6a');
  x = blockC(x, 'Mixed_6b', 128);
  x = blockC(x, 'Mixed_6c', 160);
  x = blockC(x, 'Mixed_6d', 160);
  const third = blockC(x, 'Mixed_6e', 192);
  x = blockD(third, 'Mixed_7a');
  x = blockE(x, 'Mixed_7b', 'average');
  x = blockE(x, 'Mixed_7c', 'max');

  const features = mean(x, '2048');
  const product = layers.dense({
    ...{ name: 'logits_unbiased', units: 1008, trainable: false },
    ...{ useBias: false, kernelInitializer: 'zeros' },
  });
  const unbiased = product.apply(features) as SymbolicTensor;
  const biased = new Bias({ name: 'logits', trainable: false }).apply(unbiased) as SymbolicTensor;
  const means = [mean(first, '64'), mean(second, '192'), mean(third, '768')];
  return model({ inputs: image, outputs: [...means, features, unbiased, biased], name });
}

/** Averages each channel over all pixels. */
const mean = (x: SymbolicTensor, name: string) =>
  layers.globalAveragePooling2d({ name }).apply(x) as SymbolicTensor;
