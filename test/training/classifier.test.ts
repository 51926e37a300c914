import { abs, max, sum, sub, tensor, zeros } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { input, layers, model } from '@tensorflow/tfjs-layers';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { hinge } from '../../src/losses/hinge.js';
import { initializeWeights } from '../../src/models/initialize_weights.js';
import { r1 } from '../../src/penalties/r1.js';
import { labelDistribution } from '../../src/training/core/condition_distribution.js';
import { sgd } from '../../src/training/optimizers/sgd.js';
import { createGAN } from '../../src/training/systems/gan.js';
import type { GANBatch, GANLosses } from '../../src/training/systems/gan_members.js';
import type { GANOptions } from '../../src/training/systems/gan_options.js';
import type { Penalty } from '../../src/types.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';

const [LATENT, SIZE, COUNT, CLASSES] = [2, 3, 4, 3];
const LABELS = [2, 0, 1, 2];

const through = (x: SymbolicTensor, ...all: layers.Layer[]) =>
  all.reduce((y, layer) => layer.apply(y) as SymbolicTensor, x);
const dense = (units: number, name: string) => layers.dense({ units, name });

function finished(inputs: SymbolicTensor[], outputs: SymbolicTensor[], seed: number): LayersModel {
  const network = model({ inputs, outputs });
  initializeWeights(network, { stddev: 0.5, seed });
  return network;
}

/** A generator of samples of a class, which it takes as a number or as a row of zeros and a one. */
function generator(encoding: 'index' | 'oneHot' = 'oneHot'): LayersModel {
  const z = input({ shape: [LATENT] });
  const y = input({ shape: [encoding === 'index' ? 1 : CLASSES] });
  // with fixed rows of the unit matrix an embedding is the other encoding
  const embedding = layers.embedding({
    ...{ inputDim: CLASSES, outputDim: CLASSES, trainable: false, name: 'rows' },
  });
  const row = encoding === 'index' ? through(y, embedding, layers.flatten({ name: 'flat' })) : y;
  const both = layers.concatenate({ name: 'both' }).apply([z, row]) as SymbolicTensor;
  const made = finished([z, y], [through(both, dense(SIZE, 'out'))], 1);
  if (encoding === 'index')
    made.getLayer('rows').setWeights([tensor([1, 0, 0, 0, 1, 0, 0, 0, 1], [CLASSES, CLASSES])]);
  return made;
}

/** A discriminator of a score and class logits. */
function discriminator(classes = CLASSES): LayersModel {
  const x = input({ shape: [SIZE] });
  const act = layers.activation({ activation: 'tanh', name: 'act' });
  const hidden = through(x, dense(5, 'in'), act);
  return finished(
    [x],
    [through(hidden, dense(1, 'score')), through(hidden, dense(classes, 'class'))],
    2,
  );
}

const build = (options: Partial<GANOptions> = {}) =>
  createGAN({
    generator: generator(),
    discriminator: discriminator(),
    loss: hinge(),
    classifier: {},
    optimizers: {
      generator: sgd({ learningRate: 0.1 }),
      discriminator: sgd({ learningRate: 0.1 }),
    },
    seed: 3,
    ...options,
  });
const realOf = (k: number) => new RandomStream(50).seek(k).uniform([COUNT, SIZE], -1, 1);
const oneHot = () =>
  tensor(LABELS.map((label) => Array.from({ length: CLASSES }, (_, k) => (k === label ? 1 : 0))));
const numbered = () => tensor(LABELS, [COUNT, 1]);

type System = ReturnType<typeof build>;
/** Trains over some batches. */
async function losses(gan: System, condition: Tensor = oneHot(), steps = 3): Promise<GANLosses[]> {
  const all: GANLosses[] = [];
  for (let k = 0; k < steps; k++) all.push(await gan.trainStep({ real: realOf(k), condition }));
  return all;
}
const weightOf = (gan: System, layer: string) =>
  gan.networks.discriminator.getLayer(layer).getWeights()[0]!;

describe.each(BACKENDS)('the classifier of createGAN on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('reads numbers of classes as it reads rows of zeros and a one', async () => {
    const trained = (encoding: 'index' | 'oneHot', drawn: boolean) => {
      const fakeCondition = labelDistribution({ classes: CLASSES, encoding });
      const gan = build({ generator: generator(encoding), ...(drawn && { fakeCondition }) });
      return losses(gan, encoding === 'index' ? numbered() : oneHot());
    };
    for (const drawn of [false, true]) {
      const rows = await trained('oneHot', drawn);
      const numbers = await trained('index', drawn);
      rows.forEach((told, k) => {
        expect(Object.keys(told).sort()).toEqual(
          ['discriminator', 'fakeClass', 'generator', 'generatorClass', 'realClass'].sort(),
        );
        for (const [name, value] of Object.entries(told) as [keyof GANLosses, number][])
          expect(numbers[k]![name]!, `${name} of step ${k}`).toBeAllclose(value, { rtol: 1e-5 });
      });
    }
  });

  it('weighs each term, reports it weighted, and leaves out those of weight 0', async () => {
    const [one] = await losses(build(), oneHot(), 1);
    const weights = { discriminator: { real: 2, fake: 0 }, generator: 0.1 };
    const [other] = await losses(build({ classifier: weights }), oneHot(), 1);
    expect(Object.keys(other!).sort()).toEqual([
      ...['discriminator', 'generator', 'generatorClass', 'realClass'],
    ]);
    expect(other!.realClass!).toBeAllclose(2 * one!.realClass!, { rtol: 1e-6 });
    expect(other!.discriminator).toBeAllclose(one!.discriminator, { rtol: 1e-6 });
    const both = await losses(build({ classifier: { discriminator: 3 } }), oneHot(), 1);
    expect(both[0]!.realClass!).toBeAllclose(3 * one!.realClass!, { rtol: 1e-6 });
    expect(both[0]!.fakeClass!).toBeAllclose(3 * one!.fakeClass!, { rtol: 1e-6 });
    const none = await losses(build({ classifier: { discriminator: 0, generator: 0 } }));
    expect(Object.keys(none[0]!).sort()).toEqual(['discriminator', 'generator']);
  });

  it('learns the classes of real samples, and teaches them to the generator', async () => {
    const gan = build({
      classifier: { discriminator: { real: 1, fake: 0 } },
      optimizers: {
        generator: sgd({ learningRate: 0.5 }),
        discriminator: sgd({ learningRate: 0.5 }),
      },
    });
    // each class has a coordinate of its own
    const told: GANLosses[] = [];
    for (let k = 0; k < 60; k++)
      told.push(await gan.trainStep({ real: oneHot(), condition: oneHot() }));
    expect(told[0]!.realClass!).toBeGreaterThan(0.8);
    expect(told.at(-1)!.realClass!).toBeLessThan(0.25);
    expect(told.at(-1)!.generatorClass!).toBeLessThan(0.25);
  });

  it('gives penalties the score alone', async () => {
    const shapes: number[][] = [];
    const penalty: Penalty = {
      weight: 1,
      every: 1,
      compute: (critic, { real }) => {
        const scores = critic(real);
        shapes.push(scores.shape);
        return sum(scores);
      },
    };
    const nothing = { discriminator: 0, generator: 0 };
    const gan = build({ classifier: nothing, penalty: [penalty, r1()] });
    const [before, scoreBefore] = [weightOf(gan, 'class').clone(), weightOf(gan, 'score').clone()];
    await losses(gan, oneHot(), 1);
    expect(shapes).toEqual([[COUNT, 1]]);
    expect(await weightOf(gan, 'class').data()).toEqual(await before.data());
    const moved = await max(abs(sub(weightOf(gan, 'score'), scoreBefore))).data();
    expect(moved[0]!).toBeGreaterThan(0.01);
  });

  it('has the same losses in one pass and in two', async () => {
    const [joined, apart] = [
      await losses(build({ labelFlip: { probability: 0.5 } })),
      await losses(build({ labelFlip: { probability: 0.5 }, powerIteration: 'call' })),
    ];
    joined.forEach((told, k) => {
      for (const [name, value] of Object.entries(told) as [keyof GANLosses, number][])
        expect(apart[k]![name]!, `${name} of step ${k}`).toBeAllclose(value, {
          rtol: 1e-5,
          atol: 1e-6,
        });
    });
  });

  const plain = () => {
    const x = input({ shape: [SIZE] });
    return finished([x], [through(x, dense(1, 'score'))], 2);
  };
  const unlabelled = () => {
    const z = input({ shape: [LATENT] });
    return finished([z], [through(z, dense(SIZE, 'out'))], 1);
  };
  const informed = () => {
    const [x, y] = [input({ shape: [SIZE] }), input({ shape: [CLASSES] })];
    const both = layers.concatenate({ name: 'both' }).apply([x, y]) as SymbolicTensor;
    return finished([x, y], [through(both, dense(1, 's')), through(both, dense(CLASSES, 'c'))], 2);
  };
  const squashed = () => {
    const x = input({ shape: [SIZE] });
    const softmax = layers.dense({ units: CLASSES, activation: 'softmax', name: 'class' });
    return finished([x], [through(x, dense(1, 'score')), through(x, softmax)], 2);
  };
  it.each<[string, () => Partial<GANOptions>, RegExp]>([
    [
      'a discriminator of scores alone',
      () => ({ discriminator: plain() }),
      /createGAN: `discriminator` must be a model with two outputs\. Received: "1 inputs and 1 outputs"/,
    ],
    [
      'a second output without a classifier',
      () => ({ classifier: undefined as never }),
      /`discriminator` must be a model with one output\. Received: "1 inputs and 2 outputs"/,
    ],
    [
      'a single class',
      () => ({ discriminator: discriminator(1) }),
      /second output is \[batch, classes\], of two classes or more\. Received: \[null, 1\]/,
    ],
    [
      'probabilities of classes',
      () => ({ discriminator: squashed() }),
      /`discriminator` must be a model that ends in logits\. Received: "the layer class, with the activation softmax"/,
    ],
    [
      'a generator without labels',
      () => ({ generator: unlabelled() }),
      /`generator` must be a model whose second input is the label, \[batch, 1\] or \[batch, 3\], if classifier is given\. Received: undefined/,
    ],
    [
      'labels of other classes',
      () => ({ discriminator: discriminator(4) }),
      /second input is the label, \[batch, 1\] or \[batch, 4\], .* Received: \[null, 3\]/,
    ],
    [
      'a discriminator that is told the label',
      () => ({ discriminator: informed() }),
      /`discriminator` must be a model of one input if classifier is given/,
    ],
    [
      'a negative weight',
      () => ({ classifier: { generator: -1 } }),
      /`classifier\.generator` must be a finite number >= 0/,
    ],
    [
      'one weight of two',
      () => ({ classifier: { discriminator: { real: 1 } as never } }),
      /`classifier\.discriminator\.fake` must be a finite number >= 0\. Received: undefined/,
    ],
    [
      'a word',
      () => ({ classifier: { discriminator: 'both' as never } }),
      /`classifier\.discriminator` must be a number or an object \{ real, fake \}/,
    ],
  ])('refuses %s', (_, options, message) => {
    expect(() => build(options())).toThrow(message);
  });

  it('refuses packs, and batches without labels even if those of the fakes are drawn', async () => {
    const x = input({ shape: [2 * SIZE] });
    const ofPacks = finished([x], [through(x, dense(1, 's')), through(x, dense(CLASSES, 'c'))], 2);
    expect(() => build({ discriminator: ofPacks, packing: 2 })).toThrow(
      /`packing` must be 1 if classifier is given\. Received: 2/,
    );
    const gan = build({
      fakeCondition: labelDistribution({ classes: CLASSES, encoding: 'oneHot' }),
    });
    const batch: GANBatch = { real: realOf(0) };
    await expect(gan.trainStep(batch)).rejects.toThrow(/`batch\.condition` must be 1 tensor/);
    await expect(gan.trainStep({ ...batch, condition: zeros([COUNT, 4]) })).rejects.toThrow(
      /`batch\.condition` must be of shape \[4,3\]/,
    );
  });
});
