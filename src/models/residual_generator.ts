import type { Tensor4D } from '@tensorflow/tfjs-core';
import { input, layers, model } from '@tensorflow/tfjs-layers';
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { fail } from '../internal/check.js';
import { allOrNothing } from '../internal/freed_if_thrown.js';
import { integer, oneOf, string } from '../internal/option_kinds.js';
import { readOptions } from '../internal/read_options.js';
import { conditionalBatchNormalization } from '../layers/normalization/conditional_batch_normalization.js';
import type { ModelOf } from '../types.js';
import { glorotWeights } from './glorot_weights.js';
import { NORMALIZATIONS, normalizationLayers } from './normalization.js';
import type { Normalization } from './normalization.js';
import { attentionAt } from './residual_attention.js';
import { residualGain, residualParts } from './residual_parts.js';
import { RESIDUAL, epsilonOf, planResidual } from './residual_plan.js';
import type { ResidualOptions } from './residual_plan.js';
import { upBlock } from './residual_up_block.js';
import { chain } from './translation_plan.js';

/** Options of {@link residualGenerator}. */
export interface ResidualGeneratorOptions extends ResidualOptions {
  /** Length of the latent vector; default 128. */
  latentSize?: number;
  /** `'batch'` (the default), `'instance'` (without weights) or `'none'`. */
  normalization?: Normalization;
  /** How blocks double the size: `'nearest'` (the default, as both papers) or `'bilinear'` (as mimicry). */
  interpolation?: 'nearest' | 'bilinear';
}

/**
 * Makes the residual generator of SN-GAN and WGAN-GP: latent vectors `[batch, latentSize]` to images `[batch, h, w, c]`
 * in (−1, 1).
 *
 * Dense to a map of b×b; blocks that double the size, `N · ReLU · up · 3×3 · N · ReLU · 3×3` of x plus `1×1 · up` of
 * x; then N · ReLU · 3×3 to the image · tanh. N is the normalization, up doubles height and width, and every layer has a
 * bias. With f = `filters` and its default:
 *
 * | size | `'sn-gan'` | `'wgan-gp'` |
 * | ---- | ---------- | ----------- |
 * | 32 | 4×4·f, f, f, f; f = 256 | the same, f = 128 |
 * | 48 | 6×6·8f, 4f, 2f, f; f = 64 | the same |
 * | 64 | 4×4·16f, 8f, 4f, 2f, f; f = 64 | 4×4·8f, 8f, 4f, 2f, f; f = 64; the first 3×3 of a block without a bias |
 * | 128 | 4×4·16f, 16f, 8f, 4f, 2f, f; f = 64 | the same |
 *
 * Kernels are drawn from Glorot's uniform distribution, those of the 3×3 convolutions in blocks times √2, biases
 * are 0: as in both papers' code.
 *
 * With `classes` the inputs are `[latents, labels]`, labels `[batch, 1]` the numbers of classes, and the normalizations
 * in blocks have a scale and an offset for each class, at first 1 and 0; the last one has one for all. With the
 * discriminator of the same option this is cGAN-PD.
 *
 * @param options See {@link ResidualGeneratorOptions}; `spectralNorm` is false by default. Images of 28×28 are
 *   padded to 32×32 before training.
 * @returns A model with weights drawn from the seed. Its layers: `project`, `block{k}_a`, `block{k}_b` and
 *   `block{k}_skip` with k from 1 on, `attention`, `output`, and what belongs to one with `_norm`, `_act`, `_up`.
 * @throws GanKitError if an option is out of range, or if there are `classes` and the normalization is not `'batch'`.
 *
 * **Differentiable:** first and second order, once `enableSecondOrderGradients()` was called.
 *
 * @example
 * ```ts
 * import type { Tensor } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { residualGenerator } from 'gan-kit/models';
 * import { sampleLatents } from 'gan-kit/training';
 *
 * await loadBackend();
 * const generator = residualGenerator({ imageShape: [32, 32, 1], latentSize: 16, filters: 4, seed: 1 });
 * const images = generator.predict(sampleLatents({ count: 2, size: 16 })) as Tensor;
 * console.log(images.shape); // → [ 2, 32, 32, 1 ]
 * ```
 *
 * @see Miyato et al. 2018, arXiv 1802.05957, tables 4 to 6; Gulrajani et al. 2017, arXiv 1704.00028, appendix F;
 *   Miyato and Koyama 2018, arXiv 1802.05637, with `classes`; Zhang et al. 2018, arXiv 1805.08318, with `attention`
 */
export function residualGenerator(options: ResidualGeneratorOptions = {}): ModelOf<Tensor4D> {
  return allOrNothing(() => makeGenerator(options));
}

function makeGenerator(options: ResidualGeneratorOptions): ModelOf<Tensor4D> {
  const where = 'residualGenerator';
  const read = readOptions(where, options, {
    ...RESIDUAL,
    latentSize: integer({ min: 1, default: 128 }),
    normalization: oneOf(NORMALIZATIONS, { default: 'batch' }),
    interpolation: oneOf(['nearest', 'bilinear'], { default: 'nearest' }),
    name: string({ default: 'generator' }),
  });
  const plan = planResidual(where, read);
  const { imageShape, latentSize, classes, normalization, interpolation, seed } = read;
  const { base, hiddenBias } = plan;
  const { filters = plan.generatorFilters, spectralNorm = false } = read;
  const epsilon = epsilonOf(read);
  if (classes !== undefined && normalization !== 'batch')
    fail('value', where, 'normalization', "'batch' where there are `classes`", normalization);
  const labels = classes === undefined ? [] : [input({ shape: [1], name: 'label' })];
  const parts = residualParts({
    ...{ spectralNorm, seed },
    normalize: (x, name) =>
      classes === undefined || name === 'output'
        ? chain(x, normalizationLayers(normalization, name, { epsilon }))
        : (conditionalBatchNormalization({ classes, epsilon, name: `${name}_norm` }).apply([
            x,
            ...labels,
          ]) as SymbolicTensor),
  });

  const sizes = plan.up.slice(1).map((_, k) => base * 2 ** (k + 1));
  const attend = attentionAt(where, { attention: read.attention, sizes }, parts);

  const [first, ...widths] = plan.up.map((width) => width * filters) as [number, ...number[]];
  const z = input({ shape: [latentSize], name: 'latent' });
  let x = chain(z, [
    parts.wrap(
      layers.dense({ units: base * base * first, kernelInitializer: 'zeros', name: 'project' }),
    ),
    layers.reshape({ targetShape: [base, base, first], name: 'reshape' }),
  ]);
  widths.forEach((width, k) => {
    const block = { name: `block${k + 1}`, filters: width, interpolation, hiddenBias };
    x = attend(upBlock(x, block, parts));
  });
  const outputs = chain(parts.activated(x, 'output'), [
    parts.convolution('output', imageShape[2], 3),
    layers.activation({ activation: 'tanh', name: 'image' }),
  ]);
  const generator = model({ inputs: [z, ...labels], outputs, name: read.name });
  glorotWeights(generator, seed, (weight) =>
    weight.path.startsWith('output/') ? plan.outputGain : residualGain(weight),
  );
  return generator as ModelOf<Tensor4D>;
}
