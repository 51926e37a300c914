import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { initializers, input, layers, model, sequential } from '@tensorflow/tfjs-layers';
import { selfAttention as attention } from '../../src/layers/attention/self_attention.js';
import { conv2d } from '../../src/layers/conv2d.js';
import { conv2dTranspose } from '../../src/layers/conv2d_transpose.js';
import { leakyReLU } from '../../src/layers/leaky_relu.js';
import { minibatchDiscrimination } from '../../src/layers/minibatch_discrimination.js';
import { minibatchStandardDeviation } from '../../src/layers/minibatch_standard_deviation.js';
import { batchNormalization } from '../../src/layers/normalization/batch_normalization.js';
import { conditionalBatchNormalization } from '../../src/layers/normalization/conditional_batch_normalization.js';
import { groupNormalization } from '../../src/layers/normalization/group_normalization.js';
import { instanceNormalization } from '../../src/layers/normalization/instance_normalization.js';
import { pixelNormalization } from '../../src/layers/normalization/pixel_normalization.js';
import { virtualBatchNormalization } from '../../src/layers/normalization/virtual_batch_normalization.js';
import { pixelShuffle } from '../../src/layers/pixel_shuffle.js';
import { projection } from '../../src/layers/projection.js';
import { reflectionPadding2d } from '../../src/layers/reflection_padding_2d.js';
import { upSampling2d } from '../../src/layers/up_sampling_2d.js';
import { spectralNormalization } from '../../src/layers/spectral/spectral_normalization.js';
import { functionalCall } from '../../src/layers/weights/functional_call.js';
import { namedWeights } from '../../src/layers/weights/named_weights.js';
import type { CatalogueEntry, Domain } from './catalogue.js';

/** Keys and queries attend over the pixels of an image (Zhang et al. 2019, arXiv 1805.08318). */
function selfAttention(x: Tensor, f: Tensor, g: Tensor, h: Tensor): Tensor {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const pixels = tf.reshape(x, [batch * height * width, channels]);
  const of = (w: Tensor) => tf.reshape(tf.matMul(pixels, w), [batch, height * width, w.shape[1]!]);
  const attention = tf.softmax(tf.matMul(of(f), of(g), false, true));
  return tf.add(x, tf.reshape(tf.matMul(attention, of(h)), x.shape));
}

function instanceNorm(x: Tensor, scale: Tensor, offset: Tensor): Tensor {
  const { mean, variance } = tf.moments(x, [1, 2], true);
  const normal = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-3)));
  return tf.add(tf.mul(normal, scale), offset);
}

const IMAGE = [2, 4, 5, 3];

/** A layer as a function of its input and its trainable weights, in training mode. */
function layer(
  name: string,
  made: layers.Layer,
  shape: readonly number[] = IMAGE,
  weights: Domain = 'any',
): CatalogueEntry {
  const model = sequential();
  model.add(layers.inputLayer({ inputShape: shape.slice(1) }));
  model.add(made);
  return weighted(name, model, made, shape, weights, (x) => x);
}

/** The same of a layer that takes labels, one for each sample. */
function labelled(
  name: string,
  made: layers.Layer,
  shape: readonly number[],
  labels: readonly number[],
): CatalogueEntry {
  const inputs = [input({ shape: shape.slice(1) }), input({ shape: [1] })];
  const network = model({ inputs, outputs: made.apply(inputs) as SymbolicTensor });
  const column = () => tf.tensor([...labels], [labels.length, 1]);
  return weighted(name, network, made, shape, 'any', (x) => [x, column()]);
}

/** A model of one layer as a function of its input and the layer's trainable weights, in training mode. */
function weighted(
  name: string,
  model: LayersModel,
  made: layers.Layer,
  shape: readonly number[],
  weights: Domain,
  inputsOf: (x: Tensor) => Tensor | Tensor[],
): CatalogueEntry {
  const trainable = namedWeights(model).filter(({ variable }) =>
    made.trainableWeights.includes(variable),
  );
  return {
    name,
    inputs: [
      [[...shape]],
      ...trainable.map(({ variable }) => [variable.shape as number[], weights] as const),
    ],
    f: (x, ...values) =>
      functionalCall(
        model,
        Object.fromEntries(trainable.map(({ path }, i) => [path, values[i]!])),
        inputsOf(x),
        { training: true },
      ),
  };
}

const kernelInitializer = () => initializers.randomNormal({ stddev: 0.5, seed: 5 });

/** What critics are built of, made on the backend that is current. */
export const blocks = (): CatalogueEntry[] => [
  {
    name: 'self-attention',
    f: (x, f, g, h) => selfAttention(x, f, g, h),
    inputs: [[[2, 3, 2, 4]], [[4, 2]], [[4, 2]], [[4, 4]]],
  },
  {
    name: 'instance norm',
    f: (x, scale, offset) => instanceNorm(x, scale, offset),
    inputs: [[IMAGE], [[3]], [[3]]],
  },
  layer('layer norm', layers.layerNormalization({}), [3, 6]),
  layer('batch norm of gan-kit', batchNormalization()),
  labelled(
    'conditionalBatchNormalization',
    conditionalBatchNormalization({ classes: 3 }),
    [4, 2, 2, 2],
    [2, 0, 1, 2],
  ),
  layer('instanceNormalization', instanceNormalization({ affine: true })),
  layer('groupNormalization', groupNormalization({ groups: 3 }), [2, 3, 2, 6]),
  layer('reflectionPadding2d', reflectionPadding2d({ padding: 2 })),
  layer('pixelNormalization', pixelNormalization()),
  layer('virtualBatchNormalization', virtualBatchNormalization({ referenceSize: 2 }), [4, 2, 1, 3]),
  layer('minibatchDiscrimination', minibatchDiscrimination({ kernels: 2, dimensions: 3 }), [4, 3]),
  layer('minibatchStandardDeviation', minibatchStandardDeviation({ groupSize: 2 }), [4, 2, 3, 2]),
  layer('selfAttention', attention({ kernelInitializer: 'zeros' }), [2, 2, 4, 3]),
  labelled('projection', projection({ classes: 3 }), [4, 3], [2, 0, 1, 2]),
  layer('pixelShuffle', pixelShuffle({ factor: 2 }), [2, 3, 2, 8]),
  layer('upSampling2d of gan-kit', upSampling2d({ interpolation: 'bilinear' }), [2, 3, 4, 2]),
  layer('leakyReLU of gan-kit', leakyReLU()),
  layer('leakyReLU of tfjs', layers.leakyReLU()),
  layer('PReLU', layers.prelu()),
  layer('ELU', layers.elu()),
  layer('conv2d of gan-kit', conv2d({ filters: 2, kernelSize: 3, strides: 2, padding: 1 })),
  layer(
    'conv2d of tfjs',
    layers.conv2d({ filters: 2, kernelSize: 3, strides: 2, activation: 'tanh' }),
  ),
  layer(
    'conv2dTranspose of gan-kit',
    conv2dTranspose({ filters: 2, kernelSize: 3, strides: 2, padding: 1, outputPadding: 1 }),
    [2, 3, 2, 3],
  ),
  layer('depthwiseConv2d of tfjs', layers.depthwiseConv2d({ kernelSize: 3, padding: 'same' })),
  layer(
    'separableConv2d of tfjs',
    layers.separableConv2d({ filters: 2, kernelSize: 3, padding: 'same' }),
  ),
  layer('upSampling2d of tfjs', layers.upSampling2d({})),
  layer('averagePooling2d', layers.averagePooling2d({ poolSize: 3, strides: 2, padding: 'same' })),
  layer('maxPooling2d', layers.maxPooling2d({ poolSize: 2 })),
  layer('globalAveragePooling2d', layers.globalAveragePooling2d({})),
  layer(
    'spectral dense',
    spectralNormalization({
      layer: layers.dense({ units: 4, kernelInitializer: kernelInitializer() }),
    }),
    [3, 5],
  ),
  layer(
    'spectral conv2d',
    spectralNormalization({
      layer: layers.conv2d({ filters: 3, kernelSize: 3, kernelInitializer: kernelInitializer() }),
    }),
  ),
  layer(
    'spectral conv2dTranspose',
    spectralNormalization({
      layer: layers.conv2dTranspose({
        filters: 2,
        kernelSize: 3,
        strides: 2,
        kernelInitializer: kernelInitializer(),
      }),
    }),
  ),
];
