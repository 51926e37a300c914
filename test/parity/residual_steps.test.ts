import { dispose, tensor, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { fill } from '../../bench/hash.js';
import { namedWeights } from '../../src/layers/weights/named_weights.js';
import { hinge } from '../../src/losses/hinge.js';
import { residualDiscriminator } from '../../src/models/residual_discriminator.js';
import type { ResidualDiscriminatorOptions } from '../../src/models/residual_discriminator.js';
import { residualGenerator } from '../../src/models/residual_generator.js';
import type { ResidualGeneratorOptions } from '../../src/models/residual_generator.js';
import { adam } from '../../src/training/optimizers/adam.js';
import { createGAN } from '../../src/training/systems/gan.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { floatsOf } from '../helpers/base64.js';
import { fixture } from '../helpers/fixtures.js';
import { hashedWeight, product } from '../helpers/hashed_weight.js';

type Name = 'generator' | 'discriminator';
interface Packed {
  readonly shape: number[];
  readonly values: string;
}
/** What tools/parity/residual_steps.py writes. */
interface Steps {
  readonly seed: number;
  readonly ofDiscriminator: number;
  readonly batch: number;
  readonly imageShape: [number, number, number];
  readonly adam: { learningRate: number; beta1: number; beta2: number };
  readonly criticSteps: number;
  /** The learning rates, where they are two. */
  readonly rates?: Record<Name, number>;
  /** Sample i of step t has class (t + i) mod `classes`. */
  readonly classes?: number;
  readonly cases: {
    readonly powerIteration: 'step' | 'call';
    readonly options: {
      readonly generator: ResidualGeneratorOptions & { latentSize: number };
      readonly discriminator: ResidualDiscriminatorOptions;
    };
    /** The paths of hashed weights, in the order of their seeds. */
    readonly weights: Record<Name, string[]>;
    /** Singular vectors of the discriminator. */
    readonly vectors: Record<string, Packed>;
    readonly vectorsOfGenerator?: Record<string, Packed>;
    readonly losses: Partial<Record<Name, number>>[];
    /** Weights of the generator that have no gradient. */
    readonly rests: string[];
    readonly end: Record<Name, Record<string, Packed>>;
  }[];
}

/** How far losses may be from PyTorch's, and weights. */
const TOLERANCE = 1e-3;

const variablesOf = (model: LayersModel) =>
  new Map(namedWeights(model).map(({ path, variable }) => [path, variable]));

describe.each(BACKENDS)('steps of SN-GAN and SAGAN beside PyTorch on %s', (backend) => {
  it.each([
    ["ten of the authors' generator, one power iteration a step", 'gan_steps_sn_resnet', 0],
    ["two of mimicry's generator, one power iteration a call", 'gan_steps_sn_resnet', 1],
    ["ten of mimicry's SAGAN with two learning rates", 'gan_steps_sagan', 0],
  ] as const)('%s: losses and weights', async (_, name, index) => {
    await useBackend(backend);
    const { seed, ofDiscriminator, batch, imageShape, cases, classes, ...steps } =
      fixture<Steps>(name);
    const { powerIteration, options, weights, losses, rests, end } = cases[index]!;
    const { vectors, vectorsOfGenerator = {} } = cases[index]!;
    const rateOf = (name: Name) => steps.rates?.[name] ?? steps.adam.learningRate;
    const optimizerOf = (name: Name) => adam({ ...steps.adam, learningRate: rateOf(name) });
    const networks = {
      generator: residualGenerator(options.generator),
      discriminator: residualDiscriminator(options.discriminator),
    };
    const names = ['generator', 'discriminator'] as const;
    for (const name of names) {
      const variables = variablesOf(networks[name]);
      const first = seed + (name === 'generator' ? 0 : ofDiscriminator);
      tidy(() => {
        for (const [i, path] of weights[name].entries()) {
          const variable = variables.get(path)!;
          variable.write(hashedWeight(path, variable.shape as number[], first + i));
        }
        for (const [path, one] of Object.entries(
          name === 'generator' ? vectorsOfGenerator : vectors,
        ))
          variables.get(path)!.write(tensor(floatsOf(one.values), one.shape));
      });
    }
    const gan = createGAN({
      ...networks,
      loss: hinge(),
      optimizers: {
        generator: optimizerOf('generator'),
        discriminator: optimizerOf('discriminator'),
      },
      ...{ criticSteps: steps.criticSteps, powerIteration, seed },
    });
    const shape = [batch, ...imageShape];
    // cpu makes one generator step, and the weights are not compared
    const made = backend === 'cpu' ? losses.slice(0, steps.criticSteps) : losses;
    for (const [step, theirs] of made.entries()) {
      const real = tensor(fill(product(shape), seed + 1000 + step, 1), shape);
      const labels = Array.from({ length: batch }, (_, i) => (step + i) % (classes ?? 1));
      const condition = tensor(labels, [batch, 1]);
      const given = classes === undefined ? { real } : { real, condition };
      const ours: Partial<Record<string, number>> = { ...(await gan.trainStep(given)) };
      dispose([real, condition]);
      expect(Object.keys(ours).sort()).toEqual(Object.keys(theirs).sort());
      for (const [key, loss] of Object.entries(theirs))
        expect(Math.abs(ours[key]! - loss), `${key} of step ${step}`).toBeLessThan(TOLERANCE);
    }
    if (made.length < losses.length) return;
    // rounding moves weights without a gradient, β = (0, 0.9) none by more than √10 rates a step
    const ofResting = (Math.sqrt(10) * rateOf('generator') * losses.length) / steps.criticSteps;
    for (const name of names) {
      const variables = variablesOf(networks[name]);
      expect([...variables.keys()].sort()).toEqual(Object.keys(end[name]).sort());
      for (const [path, one] of Object.entries(end[name])) {
        if (path.endsWith('moving_mean')) continue; // moves with these weights
        const theirs = floatsOf(one.values);
        const received = await variables.get(path)!.read().data();
        const apart = Math.max(...theirs.map((value, i) => Math.abs(value - Number(received[i]))));
        const bound = rests.includes(path) ? ofResting : TOLERANCE;
        expect(apart, `${name}, ${path}`).toBeLessThan(bound);
      }
    }
    gan.dispose();
  });
});
