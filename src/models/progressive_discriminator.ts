import type { Tensor2D } from '@tensorflow/tfjs-core';
import { input, layers, model } from '@tensorflow/tfjs-layers';
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { allOrNothing } from '../internal/freed_if_thrown.js';
import { string } from '../internal/option_kinds.js';
import { readOptions } from '../internal/read_options.js';
import { conv2d } from '../layers/conv2d.js';
import { minibatchStandardDeviation } from '../layers/minibatch_standard_deviation.js';
import type { ModelOf } from '../types.js';
import { initializeWeights } from './initialize_weights.js';
import { PROGRESSIVE, faded, growing, planProgressive, sharedFade } from './progressive_plan.js';
import type {
  ProgressiveNetwork,
  ProgressiveOptions,
  ProgressiveStage,
} from './progressive_plan.js';
import { chain } from './translation_plan.js';

type Layer = layers.Layer;

/** Options of {@link progressiveDiscriminator}. */
export type ProgressiveDiscriminatorOptions = ProgressiveOptions;

/**
 * Makes the discriminator of Progressive GAN: images `[batch, r, r, c]` to logits `[batch, 1]`, for each resolution
 * r = 4, 8, … up to the size of `imageShape`.
 *
 * With A for LeakyReLU of slope 0.2, and a bias in every layer: 1×1 from the image · A; for each stage above 4 × 4,
 * 3×3 · A · 3×3 to the channels of the stage below · average pooling by 2 · A; then the minibatch standard
 * deviation of groups of 4 · 3×3 · A · dense to `min(baseChannels, maxChannels)` · A · dense to the logit. Weights are
 * N(0, 1) and scaled in use (`equalizedLearningRate`), with gain √2, but 1 in the last layer.
 *
 * `stages[k].stable` is the network at resolution 4 · 2^k. `stages[k].fading` blends the output of the stage's block,
 * (1 − t) of it, with t of what the stage before makes of the image at half the size, see `setFade`. The
 * model itself takes an image of each size and gives a logit for each.
 *
 * A batch is of fewer than 4 samples or of a multiple of 4, because of the groups.
 *
 * @param options See {@link ProgressiveDiscriminatorOptions}.
 * @returns The model, with weights drawn from the seed; its `dispose()` frees all stages. Its layers: those from
 *   images `image4`, `image8`, …; `conv8_a`, `conv8_b`, …, `conv4`, `dense`, `logit`, and what belongs to one with
 *   `_act`.
 * @throws GanKitError if an option is out of range or the size is not a power of 2.
 *
 * **Differentiable:** first and second order, once `enableSecondOrderGradients()` was called.
 *
 * @example
 * ```ts
 * import { zeros } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { progressiveDiscriminator } from 'gan-kit/models';
 *
 * await loadBackend();
 * const critic = progressiveDiscriminator({ imageShape: [16, 16, 3], baseChannels: 64, maxChannels: 8 });
 * const logits = critic.stages[1]!.stable.predict(zeros([4, 8, 8, 3]));
 * console.log(logits.shape); // → [ 4, 1 ]
 * ```
 *
 * @see Karras et al. 2018, arXiv 1710.10196, table 2
 */
export function progressiveDiscriminator(
  options: ProgressiveDiscriminatorOptions,
): ProgressiveNetwork<Tensor2D> {
  return allOrNothing(() => makeDiscriminator(options));
}

function makeDiscriminator(options: ProgressiveDiscriminatorOptions): ProgressiveNetwork<Tensor2D> {
  const where = 'progressiveDiscriminator';
  const read = readOptions(where, options, {
    ...PROGRESSIVE,
    name: string({ default: 'discriminator' }),
  });
  const { resolutions, widths, widest, equalized, activation } = planProgressive(where, read);
  const { imageShape, form, name, seed } = read;
  const kernelInitializer = 'zeros' as const;
  const convolution = (name: string, filters: number, kernelSize = 3) => [
    equalized(
      conv2d({ name, filters, kernelSize, padding: (kernelSize - 1) / 2, kernelInitializer }),
    ),
    activation(name),
  ];
  const half = (name: string) => layers.averagePooling2d({ poolSize: 2, name: `${name}_half` });

  const fromImage = resolutions.map((r, stage) => convolution(`image${r}`, widths[stage]!, 1));
  const blocks = resolutions.slice(1).map((r, below) => {
    const [second, act] = convolution(`conv${r}_b`, widths[below]!) as [Layer, Layer];
    const pool = half(`conv${r}`);
    return [
      ...convolution(`conv${r}_a`, widths[below + 1]!),
      ...(form === 'zoo' ? [second, act, pool] : [second, pool, act]),
    ];
  });
  const last = [
    minibatchStandardDeviation({
      name: 'deviation',
      ...(form === 'zoo' && { grouping: 'contiguous' as const, unbiased: true }),
    }),
    ...convolution('conv4', widths[0]!),
    layers.flatten({ name: 'flatten' }),
    equalized(layers.dense({ name: 'dense', units: widest, kernelInitializer })),
    activation('dense'),
    equalized(layers.dense({ name: 'logit', units: 1, kernelInitializer }), 1),
  ];

  const fade = sharedFade();
  /** Runs the blocks from a stage down, and the last layers. */
  const judged = (features: SymbolicTensor, stage: number) =>
    chain(features, [...blocks.slice(0, stage).reverse().flat(), ...last]);
  const images = resolutions.map((r) => input({ shape: [r, r, imageShape[2]], name: `input${r}` }));
  const stages = resolutions.map((resolution, stage): ProgressiveStage<Tensor2D> => {
    const image = images[stage]!;
    const networkOf = (outputs: SymbolicTensor) =>
      model({ inputs: image, outputs, name }) as ModelOf<Tensor2D>;
    const features = chain(image, fromImage[stage]!);
    const stable = networkOf(judged(features, stage));
    if (stage === 0) return { resolution, stable, fading: undefined };
    const now = chain(features, blocks[stage - 1]!);
    const before = chain(image, [half(`image${resolution}`), ...fromImage[stage - 1]!]);
    const fading = networkOf(judged(faded(fade, now, before), stage - 1));
    return { resolution, stable, fading };
  });
  const outputs = stages.map(({ stable, fading = stable }) => fading.outputs[0]!);
  const whole = model({ inputs: images, outputs, name });
  initializeWeights(whole, { seed });
  return growing(whole, stages, fade);
}
