import { add, mul, tidy, variableGrads } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { GradientPenalty, Losses } from 'gan-kit';
import type { AdversarialLoss } from 'gan-kit';
import { dcganDiscriminator } from 'gan-kit/models';
import { adam, sampleLatents } from 'gan-kit/training';
import { SIDE, trainingBatch } from '../mnist/data.js';
import type { Images } from '../mnist/data.js';

export const LATENTS = 32;

/** The measurements while one discriminator learned to distinguish samples of a fixed generator from the data. */
export interface Trace {
  readonly steps: number[];
  /** The discriminator's loss. */
  readonly loss: number[];
  /** The share of real and generated samples that it classifies correctly. */
  readonly accuracy: number[];
  /** ‖∇θ L‖ of the generator, the mean over several batches, for each of its losses. */
  readonly norms: Record<string, number[]>;
  /** The standard deviation of that norm over the batches, divided by its mean. */
  readonly spreads: Record<string, number[]>;
}

export interface Setup {
  readonly train: Images;
  readonly batch: number;
  /** The number of discriminator steps, and the interval at which norms are measured. */
  readonly steps: number;
  readonly every: number;
  /** The number of batches over which a norm is measured. */
  readonly batches: number;
  readonly seed: number;
}

const PROBABILITIES = Losses.nonSaturating();
/** The generator's losses for each kind of discriminator. */
const GENERATOR_LOSSES: Record<'probability' | 'critic', Record<string, AdversarialLoss>> = {
  probability: { 'log(1 − D)': Losses.minimax(), '−log D': PROBABILITIES },
  critic: { Wasserstein: Losses.wasserstein() },
};

export type Kind = keyof typeof GENERATOR_LOSSES;

const variablesOf = (model: LayersModel) =>
  model.trainableWeights.map((weight) => weight.read() as Variable);

/**
 * Trains a new discriminator against a fixed generator, and measures the gradient that the generator would get:
 * from the probability of the minimax game, or from a critic with a gradient penalty.
 *
 * @see Arjovsky and Bottou 2017, arXiv 1701.04862, figures 1 to 3
 */
export async function trainAgainst(
  generator: LayersModel,
  kind: Kind,
  { train, batch, steps, every, batches, seed }: Setup,
  tell: () => void | Promise<void>,
): Promise<Trace> {
  const discriminator = dcganDiscriminator({
    imageShape: [SIDE, SIDE, 1],
    filters: 16,
    normalization: 'none',
    form: 'paper',
    seed: seed + 1,
  });
  const weights = variablesOf(discriminator);
  const optimizer = adam({ learningRate: 2e-4, beta1: 0.5, beta2: 0.999 });
  const penalty = new GradientPenalty({ weight: 10, seed });
  const loss = kind === 'critic' ? Losses.wasserstein() : PROBABILITIES;
  const judge = (x: Tensor) => discriminator.apply(x, { training: true }) as Tensor;
  const samples = (index: number) =>
    tidy(() => {
      const latents = sampleLatents({ count: batch, size: LATENTS, seed: seed + index });
      return generator.apply(latents, { training: true }) as Tensor;
    });

  const losses = GENERATOR_LOSSES[kind];
  const empty = () => Object.fromEntries(Object.keys(losses).map((name) => [name, [] as number[]]));
  const trace: Trace = { steps: [], loss: [], accuracy: [], norms: empty(), spreads: empty() };
  for (let step = 0; step <= steps; step++) {
    const real = trainingBatch(train, batch, seed, step);
    const fake = samples(step);
    if (step % every === 0) {
      trace.steps.push(step);
      trace.accuracy.push(await accuracy(judge(real), judge(fake)));
      for (const [name, ofGenerator] of Object.entries(losses)) {
        const norms: number[] = [];
        for (let k = 0; k < batches; k++)
          norms.push(
            await gradientNorm(generator, () => {
              const latents = sampleLatents({ count: batch, size: LATENTS, seed: 9e6 + k });
              return ofGenerator.generator({
                fake: judge(generator.apply(latents, { training: true }) as Tensor),
              });
            }),
          );
        const mean = norms.reduce((sum, norm) => sum + norm, 0) / batches;
        const variance = norms.reduce((sum, norm) => sum + (norm - mean) ** 2, 0) / (batches - 1);
        trace.norms[name]!.push(mean);
        trace.spreads[name]!.push(Math.sqrt(variance) / mean);
      }
    }
    const { value, grads } = variableGrads(() => {
      const adversarial = loss.discriminator({ real: judge(real), fake: judge(fake) });
      if (kind !== 'critic') return adversarial;
      const price = mul<Scalar>(penalty.compute(judge, { real, fake }), penalty.weight);
      return add<Scalar>(adversarial, price);
    }, weights);
    optimizer.applyGradients(grads);
    if (step % every === 0) trace.loss.push((await value.data())[0]!);
    for (const tensor of [real, fake, value, ...Object.values(grads)]) tensor.dispose();
    await tell();
  }
  discriminator.dispose();
  optimizer.dispose();
  return trace;
}

/** Computes ‖∇θ L‖ over all weights of a model, with a sum in float64. */
async function gradientNorm(model: LayersModel, loss: () => Scalar): Promise<number> {
  const { value, grads } = variableGrads(loss, variablesOf(model));
  let sum = 0;
  for (const gradient of Object.values(grads))
    for (const element of await gradient.data()) sum += element ** 2;
  for (const tensor of [value, ...Object.values(grads)]) tensor.dispose();
  return Math.sqrt(sum);
}

async function accuracy(real: Tensor, fake: Tensor): Promise<number> {
  const [ofReal, ofFake] = [await real.data(), await fake.data()];
  real.dispose();
  fake.dispose();
  const right = [...ofReal].filter((y) => y > 0).length + [...ofFake].filter((y) => y < 0).length;
  return right / (ofReal.length + ofFake.length);
}
