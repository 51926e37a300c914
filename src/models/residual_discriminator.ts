import type { Tensor2D } from '@tensorflow/tfjs-core';
import { input, layers, model } from '@tensorflow/tfjs-layers';
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { allOrNothing } from '../internal/freed_if_thrown.js';
import { boolean, oneOf, string } from '../internal/option_kinds.js';
import { optional, readOptions } from '../internal/read_options.js';
import { GlobalSumPooling2D } from '../layers/global_sum_pooling_2d.js';
import { projection } from '../layers/projection.js';
import type { ModelOf } from '../types.js';
import { glorotWeights } from './glorot_weights.js';
import { NORMALIZATIONS, normalizationLayers } from './normalization.js';
import type { Normalization } from './normalization.js';
import { attentionAt } from './residual_attention.js';
import { downBlock } from './residual_down_block.js';
import { firstBlock } from './residual_first_block.js';
import { residualGain, residualParts } from './residual_parts.js';
import { RESIDUAL, epsilonOf, planResidual } from './residual_plan.js';
import type { ResidualOptions } from './residual_plan.js';
import { chain } from './translation_plan.js';

/** Options of {@link residualDiscriminator}. */
export interface ResidualDiscriminatorOptions extends ResidualOptions {
  /**
   * Of all blocks but the one at the image: `'layer'` (each sample by itself, with a scale and an offset for each
   * channel), `'instance'` (without weights), `'batch'` or `'none'`; default `'layer'` for `'wgan-gp'` at 64×64,
   * else `'none'`.
   */
  normalization?: Normalization | 'layer';
  /**
   * How the last map becomes a vector: ReLU and the `'sum'` or `'mean'` over all pixels, or `'none'`: all values, without
   * ReLU. Default `'sum'` for `'sn-gan'`; for `'wgan-gp'` `'mean'`, and `'none'` at 64×64.
   */
  pooling?: 'sum' | 'mean' | 'none';
  /**
   * What a block's shortcut takes: the block's input (`'raw'`, the default, as both papers) or its positive part
   * (`'relu'`, as mimicry and StudioGAN, whose ReLU changes the input in place).
   */
  skipInput?: 'raw' | 'relu';
  /**
   * Channels between the two convolutions of a block: those of its `'input'` (the default, as both papers) or of its
   * `'output'`, as in SAGAN's and StudioGAN's code.
   */
  hidden?: 'input' | 'output';
  /** Whether the layer of the logit has a bias; default true. SN-GAN's code for 32×32 has none. */
  outerBias?: boolean;
}

/**
 * Makes the residual discriminator of SN-GAN and the critic of WGAN-GP: images `[batch, h, w, c]` to logits `[batch, 1]`.
 *
 * A block at the image, `3×3 · ReLU · 3×3 · pool` of x plus `pool · 1×1` of x; blocks
 * `N · ReLU · 3×3 · N · ReLU · 3×3 · pool` of x plus `pool · 1×1` of x, without pooling the last ones, where x is
 * added as it is if its channels stay; ReLU; the sum (SN-GAN) or the mean (WGAN-GP) over all pixels; one dense unit. pool is the mean of 2×2 pixels; the
 * first 3×3 of a block keeps the channels, unless `hidden` says otherwise. With f = `filters` and its default, ↓ for a block that pools:
 *
 * | size | `'sn-gan'` | `'wgan-gp'` |
 * | ---- | ---------- | ----------- |
 * | 32 | f↓, f↓, f, f; f = 128 | the same |
 * | 48 | f↓, 2f↓, 4f↓, 8f↓, 16f; f = 64 | the same |
 * | 64 | f↓, 2f↓, 4f↓, 8f↓, 16f↓; f = 64 | 3×3 to f, then 2f↓, 4f↓, 8f↓, 8f↓; f = 64; the first 3×3 of a block without a bias |
 * | 128 | f↓, 2f↓, 4f↓, 8f↓, 16f↓, 16f; f = 64 | the same |
 *
 * Kernels are drawn as those of `residualGenerator`. No sigmoid: every loss of this library takes logits.
 *
 * With `classes` the inputs are `[images, labels]`, labels `[batch, 1]` the numbers of classes, and the last layer is
 * the `projection` of `gan-kit/layers`, with a vector for each class.
 *
 * @param options See {@link ResidualDiscriminatorOptions}; `spectralNorm` is true by default for `'sn-gan'`.
 * @returns A model with weights drawn from the seed. Its layers: `block{k}_a`, `block{k}_b` and `block{k}_skip` with
 *   k from 1 on, `attention`, `logit`, `stem` for `'wgan-gp'` at 64×64, and what belongs to one with `_norm`, `_act`, `_pool`.
 * @throws GanKitError if an option is out of range.
 *
 * **Differentiable:** first and second order, once `enableSecondOrderGradients()` was called.
 *
 * @example
 * ```ts
 * import { zeros } from '@tensorflow/tfjs-core';
 * import type { Tensor } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { residualDiscriminator } from 'gan-kit/models';
 *
 * await loadBackend();
 * const critic = residualDiscriminator({ imageShape: [32, 32, 1], filters: 4, form: 'wgan-gp' });
 * const logits = critic.predict(zeros([2, 32, 32, 1])) as Tensor;
 * console.log(logits.shape); // → [ 2, 1 ]
 * ```
 *
 * @see Miyato et al. 2018, arXiv 1802.05957, tables 4 to 6; Gulrajani et al. 2017, arXiv 1704.00028, appendix F;
 *   Miyato and Koyama 2018, arXiv 1802.05637, with `classes`; Zhang et al. 2018, arXiv 1805.08318, with `attention`
 */
export function residualDiscriminator(
  options: ResidualDiscriminatorOptions = {},
): ModelOf<Tensor2D> {
  return allOrNothing(() => makeDiscriminator(options));
}

function makeDiscriminator(options: ResidualDiscriminatorOptions): ModelOf<Tensor2D> {
  const where = 'residualDiscriminator';
  const read = readOptions(where, options, {
    ...RESIDUAL,
    normalization: optional(oneOf([...NORMALIZATIONS, 'layer'])),
    pooling: optional(oneOf(['sum', 'mean', 'none'])),
    skipInput: oneOf(['raw', 'relu'], { default: 'raw' }),
    hidden: oneOf(['input', 'output'], { default: 'input' }),
    outerBias: boolean({ default: true }),
    name: string({ default: 'discriminator' }),
  });
  const plan = planResidual(where, read);
  const { imageShape, classes, form, skipInput, hidden, outerBias: useBias, seed } = read;
  const { stem, halvings, hiddenBias } = plan;
  const { filters = plan.discriminatorFilters, spectralNorm = form === 'sn-gan' } = read;
  const { normalization = stem ? 'layer' : 'none' } = read;
  const { pooling = form === 'sn-gan' ? 'sum' : stem ? 'none' : 'mean' } = read;
  const epsilon = epsilonOf(read);
  const parts = residualParts({
    ...{ spectralNorm, seed },
    normalize: (x, name) => chain(x, normalizationLayers(normalization, name, { epsilon })),
  });

  const sizes = Array.from({ length: halvings }, (_, k) => imageShape[0] / 2 ** (k + 1));
  const attend = attentionAt(where, { attention: read.attention, sizes }, parts);

  const [first, ...widths] = plan.down.map((width) => width * filters) as [number, ...number[]];
  const image = input({ shape: [...imageShape], name: 'input' });
  let x = stem
    ? chain(image, [parts.convolution('stem', first, 3)])
    : attend(firstBlock(image, { name: 'block1', filters: first }, parts));
  let inputs = first;
  const before = stem ? 0 : 1; // blocks that are there already
  widths.forEach((width, k) => {
    const name = `block${before + k + 1}`;
    const halved = before + k < halvings;
    const widened = { inputs, hidden: hidden === 'input' ? inputs : width, filters: width };
    x = attend(downBlock(x, { name, halved, hiddenBias, skipInput, ...widened }, parts));
    inputs = width;
  });
  const features = chain(x, [
    ...(pooling === 'none' ? [] : [layers.reLU({ name: 'pool_act' })]),
    poolLayer(pooling),
  ]);
  const last = { useBias, kernelInitializer: 'zeros', name: 'logit' } as const;
  const labels = classes === undefined ? [] : [input({ shape: [1], name: 'label' })];
  const logit = parts.wrap(
    classes === undefined ? layers.dense({ units: 1, ...last }) : projection({ classes, ...last }),
  );
  const discriminator = model({
    inputs: [image, ...labels],
    outputs: logit.apply(labels.length === 0 ? features : [features, ...labels]) as SymbolicTensor,
    name: read.name,
  });
  glorotWeights(discriminator, seed, residualGain);
  return discriminator as ModelOf<Tensor2D>;
}

/** Makes the layer that turns the last map into a vector. */
function poolLayer(pooling: 'sum' | 'mean' | 'none'): layers.Layer {
  const name = 'pool';
  if (pooling === 'sum') return new GlobalSumPooling2D({ name });
  return pooling === 'mean' ? layers.globalAveragePooling2d({ name }) : layers.flatten({ name });
}
