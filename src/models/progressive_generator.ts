import type { Tensor4D } from '@tensorflow/tfjs-core';
import { input, layers, model } from '@tensorflow/tfjs-layers';
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { allOrNothing } from '../internal/freed_if_thrown.js';
import { integer, string } from '../internal/option_kinds.js';
import { optional, readOptions } from '../internal/read_options.js';
import { Bias } from '../layers/bias.js';
import { conv2d } from '../layers/conv2d.js';
import { pixelNormalization } from '../layers/normalization/pixel_normalization.js';
import { upSampling2d } from '../layers/up_sampling_2d.js';
import type { ModelOf } from '../types.js';
import { initializeWeights } from './initialize_weights.js';
import { PROGRESSIVE, faded, growing, planProgressive, sharedFade } from './progressive_plan.js';
import type {
  ProgressiveNetwork,
  ProgressiveOptions,
  ProgressiveStage,
} from './progressive_plan.js';
import { chain } from './translation_plan.js';

/** Options of {@link progressiveGenerator}. */
export interface ProgressiveGeneratorOptions extends ProgressiveOptions {
  /** Length of the latent vector; default `maxChannels`. */
  latentSize?: number;
}

/**
 * Makes the generator of Progressive GAN: latent vectors `[batch, latentSize]` to images `[batch, r, r, c]`, for each
 * resolution r = 4, 8, … up to the size of `imageShape`. Images are not bounded, as the last layer is linear.
 *
 * With N for pixel normalization and A for LeakyReLU of slope 0.2, and a bias in every layer: N · dense to 4 × 4 · A ·
 * N · 3×3 · A · N; for each further stage, nearest doubling and twice 3×3 · A · N; then 1×1 to the image. Weights
 * are N(0, 1) and scaled in use (`equalizedLearningRate`), with gain √2, but √2/4 in the first layer and 1 in those
 * to images.
 *
 * `stages[k].stable` is the network at resolution 4 · 2^k. `stages[k].fading` gives (1 − t) of its image and t of the
 * doubled image of the stage before, see `setFade`. The model itself gives the images of all stages, of each
 * the fading one.
 *
 * @param options See {@link ProgressiveGeneratorOptions}.
 * @returns The model, with weights drawn from the seed; its `dispose()` frees all stages. Its layers: `project`,
 *   `conv4`, `conv8_a`, `conv8_b`, …, the layers to images `image4`, `image8`, …, and what belongs to one with `_act`,
 *   `_norm`, `_up`.
 * @throws GanKitError if an option is out of range or the size is not a power of 2.
 *
 * **Differentiable:** first and second order, once `enableSecondOrderGradients()` was called.
 *
 * @example
 * ```ts
 * import { zeros } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { progressiveGenerator } from 'gan-kit/models';
 *
 * await loadBackend();
 * const generator = progressiveGenerator({ imageShape: [16, 16, 3], baseChannels: 64, maxChannels: 8 });
 * const shapes = generator.stages.map(({ stable }) => stable.predict(zeros([1, 8])).shape);
 * console.log(shapes.join(' | ')); // → 1,4,4,3 | 1,8,8,3 | 1,16,16,3
 * ```
 *
 * @see Karras et al. 2018, arXiv 1710.10196, table 2
 */
export function progressiveGenerator(
  options: ProgressiveGeneratorOptions,
): ProgressiveNetwork<Tensor4D> {
  return allOrNothing(() => makeGenerator(options));
}

function makeGenerator(options: ProgressiveGeneratorOptions): ProgressiveNetwork<Tensor4D> {
  const where = 'progressiveGenerator';
  const read = readOptions(where, options, {
    ...PROGRESSIVE,
    latentSize: optional(integer({ min: 1 })),
    name: string({ default: 'generator' }),
  });
  const { resolutions, widths, equalized, activation } = planProgressive(where, read);
  const { imageShape, latentSize = read.maxChannels, form, name, seed } = read;
  const kernelInitializer = 'zeros' as const;
  const norm = (name: string) => pixelNormalization({ name: `${name}_norm` });
  const convolution = (name: string, filters: number) => [
    equalized(conv2d({ name, filters, kernelSize: 3, padding: 1, kernelInitializer })),
    ...[activation(name), norm(name)],
  ];
  const toImage = (r: number) =>
    equalized(
      conv2d({ name: `image${r}`, filters: imageShape[2], kernelSize: 1, kernelInitializer }),
      1,
    );
  const up = (name: string) => upSampling2d({ name: `${name}_up` });

  const byUnit = form === 'zoo'; // has the first layer a bias for each unit, not for each channel?
  const latents = input({ shape: [latentSize], name: 'latents' });
  const units = 16 * widths[0]!;
  const first = [
    norm('latents'),
    equalized(
      layers.dense({ name: 'project', units, useBias: byUnit, kernelInitializer }),
      Math.SQRT2 / 4,
    ),
    layers.reshape({ targetShape: [4, 4, widths[0]!], name: 'reshape' }),
    ...(byUnit ? [] : [new Bias({ name: 'project_bias' })]),
    ...[activation('project'), norm('project')],
    ...convolution('conv4', widths[0]!),
  ];

  const fade = sharedFade();
  let features = chain(latents, first);
  let before: SymbolicTensor | undefined;
  const networkOf = (outputs: SymbolicTensor) =>
    model({ inputs: latents, outputs, name }) as ModelOf<Tensor4D>;
  const stages = resolutions.map((resolution, stage): ProgressiveStage<Tensor4D> => {
    const block = `conv${resolution}`;
    if (stage > 0)
      features = chain(features, [
        up(`conv${resolution / 2}`),
        ...convolution(`${block}_a`, widths[stage]!),
        ...convolution(`${block}_b`, widths[stage]!),
      ]);
    const image = chain(features, [toImage(resolution)]);
    const mixed = before && faded(fade, image, chain(before, [up(`image${resolution / 2}`)]));
    before = image;
    return { resolution, stable: networkOf(image), fading: mixed && networkOf(mixed) };
  });
  const outputs = stages.map(({ stable, fading = stable }) => fading.outputs[0]!);
  const whole = model({ inputs: latents, outputs, name });
  initializeWeights(whole, { seed });
  return growing(whole, stages, fade);
}
