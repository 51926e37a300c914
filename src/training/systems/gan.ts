import { clone, tidy } from '@tensorflow/tfjs-core';
import type { Optimizer, Tensor } from '@tensorflow/tfjs-core';
import { checkOptions, checkTensor, fail } from '../../internal/check.js';
import { hostDecision } from '../../internal/host_input.js';
import { boolean, given } from '../../internal/option_kinds.js';
import { RandomStream } from '../../internal/random.js';
import { readOptions } from '../../internal/read_options.js';
import { checkImageSize } from '../../layers/image_size.js';
import { stopGradient } from '../../ops/stop_gradient.js';
import { discriminatorLoss, generatorTerm } from '../core/adversarial_terms.js';
import { checkAlive } from '../core/check_alive.js';
import { drawConditions } from '../core/condition_distribution.js';
import { checkConditions, conditionsFor, conditionsOf } from '../core/conditions.js';
import type { Condition, Conditioned } from '../core/conditions.js';
import { createSystem } from '../core/create_system.js';
import { discriminateAll, mayShareAPass } from '../core/discriminate.js';
import { generate } from '../core/generate.js';
import { unlessGiven } from '../core/owned.js';
import type { Step } from '../core/recipe.js';
import { systemOptions } from '../core/system_schema.js';
import { updateCounts } from '../core/update_counts.js';
import { withMembers } from '../core/with_members.js';
import { ExponentialMovingAverage } from '../exponential_moving_average.js';
import { GeneratorHistory } from '../history/generator_history.js';
import { ReplayBuffer } from '../history/replay_buffer.js';
import { drawLatents } from '../latents.js';
import { adam } from '../optimizers/adam.js';
import type { Adam } from '../optimizers/adam.js';
import { augmented } from '../step/augment.js';
import { penaltiesOf } from '../step/check_system.js';
import { discriminatorClassTerms, generatorClassTerms } from '../step/class_terms.js';
import { FeatureMatching, generatorTerms } from '../step/feature_matching.js';
import { historicalAverages, minimizeTowards } from '../step/historical_average.js';
import { addInstanceNoise } from '../step/instance_noise.js';
import { flipLabels } from '../step/label_flips.js';
import { movedLatents } from '../step/latent_optimization.js';
import { LeCam } from '../step/le_cam.js';
import { checkPacks, pack, unpackedInputs } from '../step/packing.js';
import { sumOf } from '../step/sum_of.js';
import { clipWeights } from '../weight_clipping.js';
import type { GAN, GANBatch, GANLosses } from './gan_members.js';
import type { GANOptions } from './gan_options.js';
import { readGANOptions } from './read_gan_options.js';

/**
 * Wires a generator, a discriminator and a loss into a training system.
 *
 * The discriminator minimizes `loss.discriminator(D(x), D(G(z))) + Σ weight · every · penalty`, over the penalties that
 * are due, the generator `loss.generator(D(G(z)))`, each by its own optimizer over its own weights; a generator step
 * leaves the discriminator's statistics and power iteration unchanged. Training is a pure function of the seeds and the
 * batches: two runs are bit-identical on one backend, and so is a run that continues from a saved state.
 *
 * Networks with more than one input are conditioned: `G(z, c)` and `D(x, c)`, c from the batch.
 *
 * @param options See {@link GANOptions}.
 * @returns The system; `dispose()` frees the average and default optimizers.
 * @throws GanKitError if the networks do not fit each other or an option is out of range.
 *
 * @example
 * ```ts
 * import { loadBackend } from 'gan-kit';
 * import { dcganDiscriminator, dcganGenerator } from 'gan-kit/models';
 * import { hinge } from 'gan-kit/losses';
 * import { createGAN, sampleLatents } from 'gan-kit/training';
 * import { randomUniform } from '@tensorflow/tfjs-core';
 *
 * await loadBackend();
 * const imageShape = [12, 12, 1] as const;
 * const gan = createGAN({
 *   generator: dcganGenerator({ imageShape, latentSize: 8, filters: 4, form: 'paper' }),
 *   discriminator: dcganDiscriminator({ imageShape, filters: 4, spectralNorm: true, form: 'paper' }),
 *   loss: hinge(),
 *   seed: 1,
 * });
 * const { discriminator, generator } = await gan.trainStep({ real: randomUniform([4, 12, 12, 1], -1, 1) });
 * const images = gan.generate({ latents: sampleLatents({ count: 2, size: gan.latentSize }) });
 * ```
 *
 * @see Goodfellow et al. 2014, arXiv 1406.2661, algorithm 1; Arjovsky et al. 2017, arXiv 1701.07875, algorithm 1;
 * Mirza and Osindero 2014, arXiv 1411.1784, equation 2, for conditions
 */
export function createGAN<
  Sample extends Tensor = Tensor,
  G extends Optimizer = Adam,
  D extends Optimizer = Adam,
>(options: GANOptions<Sample, G, D>): GAN<Sample, G, D> {
  const read = readGANOptions('createGAN', options);
  const { generator, discriminator, loss, optimizers: passed, seed, monitor, criticSteps } = read;
  const { clipWeights: limit, latents: distribution, instanceNoise, labelFlip } = read;
  const { augment, packing, classifier, fakeCondition, latentOptimization } = read;
  const networks = { generator, discriminator };
  /** What one sample and its conditions are to the discriminator. */
  const judged = unpackedInputs(discriminator, packing);
  const penalties = penaltiesOf(read.penalty);
  const optimizers = passed ?? { generator: adam(), discriminator: adam() };
  const latentSize = generator.inputs[0]!.shape[1]!;
  const streams = new RandomStream(seed, 'createGAN');
  const latents = streams.fork('latents');
  const noise = streams.fork('noise');
  const flips = streams.fork('flips');
  const conditions = streams.fork('conditions');
  const augmentations = streams.fork('augmentations');
  /** Whether real and fake samples may share one pass. */
  const together = mayShareAPass(discriminator, read);
  const matching =
    read.featureMatching &&
    new FeatureMatching('createGAN', discriminator, read.featureMatching, classifier !== undefined);
  const forG = (condition: readonly Tensor[]) => conditionsFor(generator, condition);
  const forD = (condition: readonly Tensor[]) =>
    conditionsFor(discriminator, condition).map((one) => pack(one, packing));
  // last, since they hold tensors
  const ema =
    read.ema === undefined ? undefined : new ExponentialMovingAverage(generator, read.ema);
  const leCam = read.leCam === undefined ? undefined : new LeCam(read.leCam);
  const averages = historicalAverages(networks, read.historicalAveraging);
  const replay = read.replayBuffer && new ReplayBuffer({ ...read.replayBuffer, seed });
  const history =
    read.generatorHistory &&
    new GeneratorHistory(generator, read.generatorHistory, streams.fork('history'));

  const system = createSystem({
    name: 'GAN',
    networks,
    optimizers: optimizers as Readonly<{ generator: G; discriminator: D }>,
    components: {
      ...{ ema, latents, noise, flips },
      ...(fakeCondition !== undefined && { conditions }),
      ...(augment !== undefined && { augment, augmentations }),
      ...(replay && { replay }),
      ...(history && { history }),
      ...(leCam && { 'leCam/real': leCam.anchors.real, 'leCam/fake': leCam.anchors.fake }),
      ...{
        'average/generator': averages.generator,
        'average/discriminator': averages.discriminator,
      },
      ...Object.fromEntries(penalties.map((penalty, i) => [`penalty/${i}`, penalty])),
    },
    identity: { loss: loss.name, criticSteps, packing },
    owns: [
      ema,
      leCam,
      replay,
      history,
      ...Object.values(averages),
      ...unlessGiven(passed, optimizers),
    ].filter((one) => one !== undefined),
    options: systemOptions(read),
    check(batch: GANBatch, where) {
      checkOptions(where, batch, ['real', 'condition'], 'batch');
      const { real, condition } = batch;
      checkTensor(where, 'batch.real', real, { shape: judged.inputs[0]!.shape });
      checkImageSize(where, 'batch.real', real, discriminator);
      checkPacks(where, 'batch.real', real, packing);
      // drawn conditions are for G, so a batch needs only those of D, and labels for a classifier
      const isForD = fakeCondition !== undefined && classifier === undefined;
      const models = isForD ? [judged] : [generator, judged];
      checkConditions(where, 'batch.condition', conditionsOf(condition), models, real.shape[0]);
      return { real };
    },
    step({ real: x, condition }, step: Step<GANLosses>, { generator: G, discriminator: D }) {
      const given = conditionsOf(condition);
      const count = x.shape[0];
      const z = () => drawLatents(latents, [count, latentSize], distribution);
      const c = () =>
        drawConditions(fakeCondition, given, {
          ...{ where: 'GAN.trainStep', count, random: conditions },
          models: [generator, judged],
        });
      const shown = (samples: Tensor) =>
        pack(augmented('GAN.trainStep', augment, samples, augmentations), packing);
      const noisy = (samples: Conditioned, t: () => number): Conditioned => ({
        ...samples,
        x: addInstanceNoise(samples.x, instanceNoise, t, noise),
      });
      const t = () => step.index;
      const next = () => step.index + 1;
      const real = { x: shown(x), condition: forD(given) };
      const conditionOf = (labels: readonly Tensor[]) =>
        labels === given ? real.condition : forD(labels);
      const judgedAs = (samples: Tensor, labels: readonly Tensor[]) => ({
        ...{ x: shown(samples), condition: conditionOf(labels), labels: [...labels] },
      });
      const generated = () => {
        const drawn = c();
        const ofG = forG(drawn);
        const logit = (z: Tensor) =>
          D.still(pack(G.still(z, ...ofG), packing), ...conditionOf(drawn));
        const moved = movedLatents(latentOptimization, z(), distribution, logit);
        return { ...judgedAs(G(moved.z, ...ofG), drawn), costs: moved.terms };
      };
      /** For the discriminator: some may be older, or by an older generator. */
      const remembered = () => {
        if (replay === undefined && history === undefined) return generated();
        const drawn = c();
        const ofG = forG(drawn);
        const samples = history?.generate(G, z(), ofG) ?? G(z(), ...ofG);
        const replayed = replay?.query(samples, drawn);
        return {
          ...judgedAs(replayed?.samples ?? samples, replayed?.condition ?? drawn),
          costs: [],
        };
      };
      const still = ({ x, condition }: Conditioned) => D.at({}).outputs(x, ...condition);

      const minimize = minimizeTowards(averages, step);

      // latent vectors that have moved depend on D, and so do their samples
      const ready = latentOptimization ? undefined : tidy(remembered);
      minimize([D], optimizers.discriminator, () => {
        const fake = ready ?? generated();
        const constant = ready ?? { ...fake, x: stopGradient(() => clone(fake.x)) };
        const [scores, classes] = discriminateAll(D, noisy(real, t), noisy(fake, t), together);
        const logits = flipLabels(scores!, labelFlip.probability, flips);
        const terms = { loss, discriminator: D, logits, penalties, step: t, real, fake: constant };
        const labels = { real: given, fake: fake.labels };
        return sumOf(
          discriminatorLoss(terms, step.note),
          ...(leCam?.terms(scores!, t) ?? []).map((term) => step.note('leCam', term)),
          ...discriminatorClassTerms(classifier, classes, labels, step.note),
          ...fake.costs.map((cost) => step.note('latentCost', cost)),
        );
      });
      ready?.x.dispose();
      if (limit !== undefined) clipWeights(discriminator, limit);
      if (hostDecision(() => next() % criticSteps !== 0)) return;

      const before = optimizers.generator.iterations;
      minimize([G], optimizers.generator, () => {
        const fake = generated();
        const seen = noisy(fake, next);
        const matched = matching?.of(noisy(real, next), seen);
        const [scores, classes] = matched?.outputs ?? still(seen);
        const term = () => generatorTerm(loss, scores!, () => still(noisy(real, next))[0]!);
        return sumOf(
          ...generatorTerms(term, matched, step.note),
          ...generatorClassTerms(classifier, classes, fake.labels, step.note),
          ...fake.costs.map((cost) => step.note('generatorLatentCost', cost)),
        );
      });
      // an optimizer that accumulates gradients moves at some calls only
      if (optimizers.generator.iterations > before) {
        ema?.update();
        history?.update();
      }
    },
  });

  return withMembers(system, {
    ema,
    monitor,
    latentSize,
    get steps() {
      return updateCounts(system, criticSteps);
    },
    generate<Y extends Tensor = Sample>(input: Parameters<GAN['generate']>[0]): Y {
      const where = 'GAN.generate';
      checkAlive(where, system);
      const { latents, condition, average } = readOptions(where, input, {
        latents: given<Tensor>(),
        condition: given<Condition | undefined>(),
        average: boolean({ default: ema !== undefined }),
      });
      if (average && ema === undefined)
        fail(
          'state',
          where,
          'average',
          'false without an average',
          average,
          'Pass ema to createGAN.',
        );
      const weights = average ? ema!.namedWeights : {};
      return generate(where, generator, { latents, condition, weights }) as Y;
    },
  });
}
