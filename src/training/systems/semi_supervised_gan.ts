import { logSumExp, mul, tidy } from '@tensorflow/tfjs-core';
import type {
  NamedTensorMap,
  Optimizer,
  Rank,
  Scalar,
  Tensor,
  Tensor2D,
} from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkTensor, fail } from '../../internal/check.js';
import { boolean, given } from '../../internal/option_kinds.js';
import { RandomStream } from '../../internal/random.js';
import { readOptions } from '../../internal/read_options.js';
import { installKernels } from '../../kernels/install.js';
import { functionalCall } from '../../layers/weights/functional_call.js';
import type { AdjustableOptimizer } from '../../types.js';
import { generatorTerm } from '../core/adversarial_terms.js';
import { checkAlive } from '../core/check_alive.js';
import { unconditioned } from '../core/conditions.js';
import { createSystem } from '../core/create_system.js';
import type { System } from '../core/create_system.js';
import { discriminate, mayShareAPass } from '../core/discriminate.js';
import { generate } from '../core/generate.js';
import { unlessGiven } from '../core/owned.js';
import type { Step } from '../core/recipe.js';
import { systemOptions } from '../core/system_schema.js';
import { withMembers } from '../core/with_members.js';
import { ExponentialMovingAverage } from '../exponential_moving_average.js';
import { drawLatents } from '../latents.js';
import { adam } from '../optimizers/adam.js';
import type { Adam } from '../optimizers/adam.js';
import { crossEntropy } from '../step/class_terms.js';
import { FeatureMatching, generatorTerms } from '../step/feature_matching.js';
import { sumOf } from '../step/sum_of.js';
import { checkSemiSupervisedBatch, readSemiSupervisedOptions } from './semi_supervised_options.js';
import type { SemiSupervisedBatch, SemiSupervisedGANOptions } from './semi_supervised_options.js';

/** The losses of a step of a {@link SemiSupervisedGAN}. */
export interface SemiSupervisedLosses {
  /** The cross-entropy of the labelled samples. */
  labelled: number;
  /** The weighted loss of telling unlabelled samples from generated ones. */
  unlabelled: number;
  /** The weighted distance of the features, unless they are not matched. */
  featureMatching?: number;
  /** The generator's weighted adversarial loss, if it has one. */
  generator?: number;
}

/** A classifier that learns from few labels, with a generator. See {@link createSemiSupervisedGAN}. */
export interface SemiSupervisedGAN<
  G extends Optimizer = AdjustableOptimizer,
  D extends Optimizer = AdjustableOptimizer,
> extends System<
  SemiSupervisedBatch,
  SemiSupervisedLosses,
  'generator' | 'discriminator',
  Readonly<{ generator: G; discriminator: D }>
> {
  /** The average of the discriminator's weights, if there is one. */
  readonly ema: ExponentialMovingAverage | undefined;
  /** Length of a latent vector. */
  readonly latentSize: number;
  /**
   * Computes class logits at inference: running statistics, no noise, no dropout.
   *
   * @param input `samples` `[count, …]`; `average`: whether the averaged weights are used, default true if there is an average.
   * @returns Logits `[count, classes]`, which the caller owns; `argMax(logits, 1)` are the classes.
   * @throws GanKitError if the samples do not fit, or there is no average to use.
   */
  classify(input: { samples: Tensor; average?: boolean }): Tensor2D;
  /** Runs the generator at inference: `latents` `[count, latentSize]` to samples, which the caller owns. */
  generate(input: { latents: Tensor }): Tensor;
}

/**
 * Trains a classifier of K classes with few labels and many unlabelled samples: a discriminator whose logits l name the
 * class of a real sample, with generated samples as class K + 1, whose logit is fixed at 0.
 *
 * ```
 * s(x)    = log Σ_k exp(l_k(x)),   D(x) = σ(s(x))                    the probability that x is of some class
 * L_D     = E[−log softmax(l(x_lab))_y] + w · ½ loss.discriminator(s(x_unl), s(G(z)))
 *         = E[s − l_y]                  + w · ½ (−E s(x) + E log(1 + eˢ⁽ˣ⁾) + E log(1 + eˢ⁽ᴳ⁾))
 * L_G     = E_units (E h(x) − E h(G(z)))²                            feature matching, or loss.generator(s(G(z)))
 * ```
 *
 * A step is one update of the discriminator and then one of the generator, with new z. With the average of the
 * discriminator's weights, `classify` is the classifier. A generator that matches features makes the better classifier;
 * an adversarial one the better samples.
 *
 * @param options See {@link SemiSupervisedGANOptions}.
 * @returns The system; `dispose()` frees the average and default optimizers.
 * @throws GanKitError if the networks do not fit each other, or an option is out of range.
 *
 * @example
 * ```ts
 * import { randomNormal, tensor2d } from '@tensorflow/tfjs-core';
 * import { layers, sequential } from '@tensorflow/tfjs-layers';
 * import { loadBackend } from 'gan-kit';
 * import { createSemiSupervisedGAN } from 'gan-kit/training';
 *
 * await loadBackend();
 * const hidden = (inputs: number, name: string) =>
 *   layers.dense({ inputShape: [inputs], units: 8, activation: 'relu', name });
 * const gan = createSemiSupervisedGAN({
 *   generator: sequential({ layers: [hidden(4, 'first'), layers.dense({ units: 2 })] }),
 *   discriminator: sequential({ layers: [hidden(2, 'features'), layers.dense({ units: 3 })] }),
 *   featureMatching: { layer: 'features' },
 * });
 * const { labelled } = await gan.trainStep({
 *   labelled: randomNormal([3, 2]),
 *   labels: tensor2d([[0], [1], [2]]),
 *   unlabelled: randomNormal([16, 2]),
 * });
 * const logits = gan.classify({ samples: randomNormal([5, 2]) });
 * ```
 *
 * @see Salimans et al. 2016, arXiv 1606.03498, section 5
 */
export function createSemiSupervisedGAN<G extends Optimizer = Adam, D extends Optimizer = Adam>(
  options: SemiSupervisedGANOptions<G, D>,
): SemiSupervisedGAN<G, D> {
  const where = 'createSemiSupervisedGAN';
  const read = readSemiSupervisedOptions(where, options);
  const { generator, discriminator, loss, unlabelledWeight, optimizers: passed } = read;
  const matching =
    read.featureMatching && new FeatureMatching(where, discriminator, read.featureMatching);
  const optimizers = passed ?? {
    generator: adam({ learningRate: 3e-4 }),
    discriminator: adam({ learningRate: 3e-4 }),
  };
  const latentSize = generator.inputs[0]!.shape[1]!;
  const latents = new RandomStream(read.seed, where).fork('latents');
  const together = mayShareAPass(discriminator, read);
  // last, since it holds tensors
  const ema = read.ema && new ExponentialMovingAverage(discriminator, read.ema);

  const system = createSystem({
    name: 'SemiSupervisedGAN',
    networks: { generator, discriminator },
    optimizers: optimizers as Readonly<{ generator: G; discriminator: D }>,
    components: { ema, latents },
    identity: { loss: loss.name },
    owns: [...(ema ? [ema] : []), ...unlessGiven(passed, optimizers)],
    options: systemOptions(read),
    check: (batch: SemiSupervisedBatch, where) =>
      checkSemiSupervisedBatch(where, batch, discriminator),
    step(
      { labelled, labels, unlabelled: x, matched = x },
      step: Step<SemiSupervisedLosses>,
      { generator: G, discriminator: D },
    ) {
      const z = (like: Tensor) => drawLatents(latents, [like.shape[0], latentSize], read.latents);
      /** s, the logit that a sample is of some class. */
      const s = (logits: Tensor) => logSumExp(logits, 1);

      const fake = tidy(() => G(z(x)));
      const before = optimizers.discriminator.iterations;
      step.minimize(
        [D],
        optimizers.discriminator,
        () => step.note('labelled', crossEntropy(D(labelled), labels)),
        () => {
          const logits = discriminate(D, unconditioned(x), unconditioned(fake), together);
          const term = loss.discriminator({ real: s(logits.real), fake: s(logits.fake) });
          return step.note('unlabelled', mul<Scalar>(term, unlabelledWeight / 2));
        },
      );
      fake.dispose();
      // an optimizer that accumulates gradients moves at some calls only
      if (ema && optimizers.discriminator.iterations > before) ema.update();

      step.minimize([G], optimizers.generator, () => {
        const fake = unconditioned(G(z(matched)));
        const found = matching ? matching.of(unconditioned(matched), fake) : undefined;
        const logits = () => found?.outputs[0] ?? D.still(fake.x);
        const adversarial = () => generatorTerm(loss, s(logits()), () => s(D.still(matched)));
        return sumOf(...generatorTerms(adversarial, found, step.note));
      });
    },
  });
  return withMembers(system, {
    ema: ema || undefined,
    latentSize,
    classify(input: { samples: Tensor; average?: boolean }): Tensor2D {
      const where = 'SemiSupervisedGAN.classify';
      checkAlive(where, system);
      const { samples, average } = readOptions(where, input, {
        samples: given<Tensor>(),
        average: boolean({ default: Boolean(ema) }),
      });
      if (average && !ema)
        fail(
          'state',
          where,
          'average',
          'false without an average',
          average,
          'Leave ema: false out of createSemiSupervisedGAN.',
        );
      return classLogits(where, discriminator, samples, average && ema ? ema.namedWeights : {});
    },
    generate(input: { latents: Tensor }): Tensor {
      const where = 'SemiSupervisedGAN.generate';
      checkAlive(where, system);
      return generate(where, generator, readOptions(where, input, { latents: given<Tensor>() }));
    },
  });
}

/** Runs a classifier at inference. */
function classLogits(
  where: string,
  model: LayersModel,
  samples: Tensor,
  weights: NamedTensorMap,
): Tensor2D {
  checkTensor(where, 'samples', samples, { shape: model.inputs[0]!.shape });
  installKernels();
  return functionalCall<Rank.R2>(model, weights, samples);
}
