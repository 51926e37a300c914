import { cast, memory, oneHot, tensor } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { input, layers, model } from '@tensorflow/tfjs-layers';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { beforeEach, describe, expect, it } from 'vitest';
import { enableSecondOrderGradients } from '../../src/gradients/enable_second_order_gradients.js';
import { RandomStream } from '../../src/internal/random.js';
import { decodeCheckpoint, encodeCheckpoint } from '../../src/io/checkpoint.js';
import { functionalCall } from '../../src/layers/weights/functional_call.js';
import { nonSaturating } from '../../src/losses/non_saturating.js';
import { initializeWeights } from '../../src/models/initialize_weights.js';
import { GradientPenalty } from '../../src/penalties/gradient_penalty.js';
import { r1 } from '../../src/penalties/r1.js';
import { r2 } from '../../src/penalties/r2.js';
import { labelDistribution } from '../../src/training/core/condition_distribution.js';
import { GradientMonitor } from '../../src/training/gradient_monitor.js';
import { adam } from '../../src/training/optimizers/adam.js';
import { samplesAreIndependent } from '../../src/training/step/independent_samples.js';
import { createGAN } from '../../src/training/systems/gan.js';
import type { GANBatch } from '../../src/training/systems/gan_members.js';
import type { GANOptions } from '../../src/training/systems/gan_options.js';
import type { Critic } from '../../src/types.js';
import { BACKENDS, FASTEST, useBackend } from '../helpers/backends.js';

const CLASSES = 3;
const COUNT = 4;
const LATENTS = 3;
const SIDE = 4;
const LABELS = [0, 2, 1, 2];
const OTHERS = [1, 0, 2, 1];

type Wiring = 'concatenated' | 'channels' | 'embedded' | 'projected';
const WIRINGS: Wiring[] = ['concatenated', 'channels', 'embedded', 'projected'];
/** Whether labels are numbers of classes. */
const isNumbered = (wiring: Wiring) => wiring === 'embedded' || wiring === 'projected';

const through = (layer: layers.Layer, ...x: SymbolicTensor[]) =>
  layer.apply(x.length === 1 ? x[0]! : x) as SymbolicTensor;
const dense = (units: number, name: string) =>
  layers.dense({ units, activation: 'tanh', kernelInitializer: 'zeros', name });

const labelInput = (wiring: Wiring) =>
  input({ shape: [isNumbered(wiring) ? 1 : CLASSES], name: 'label' });

/** The label as a vector, through weights of its own. */
const vectorOf = (wiring: Wiring, y: SymbolicTensor, outputDim = 4) =>
  isNumbered(wiring)
    ? through(
        layers.flatten({ name: 'row' }),
        through(layers.embedding({ inputDim: CLASSES, outputDim, name: 'label_table' }), y),
      )
    : y;

/** The label as channels of an image. */
const channelsOf = (y: SymbolicTensor) =>
  through(
    layers.reshape({ targetShape: [SIDE, SIDE, CLASSES], name: 'spread' }),
    through(layers.repeatVector({ n: SIDE * SIDE, name: 'repeat' }), y),
  );
const conv = (filters: number, name: string) =>
  layers.conv2d({
    ...{ filters, kernelSize: 3, padding: 'same', name },
    ...{ activation: 'tanh', kernelInitializer: 'zeros' },
  });

function finished(inputs: SymbolicTensor[], outputs: SymbolicTensor, name: string, seed: number) {
  const network = model({ inputs, outputs, name });
  initializeWeights(network, { stddev: 0.6, seed });
  return network;
}

function generatorOf(wiring: Wiring, seed = 1): LayersModel {
  const z = input({ shape: [LATENTS], name: 'z' });
  const y = labelInput(wiring);
  const image = layers.reshape({ targetShape: [SIDE, SIDE, 1], name: 'as_image' });
  if (wiring === 'channels') {
    const drawn = through(image, through(dense(SIDE * SIDE, 'project'), z));
    const both = through(layers.concatenate({ name: 'both' }), drawn, channelsOf(y));
    return finished([z, y], through(conv(1, 'image'), both), 'g', seed);
  }
  const hidden = through(dense(5, 'hidden'), z);
  const both = through(layers.concatenate({ name: 'both' }), hidden, vectorOf(wiring, y));
  return finished([z, y], through(image, through(dense(SIDE * SIDE, 'image'), both)), 'g', seed);
}

function discriminatorOf(wiring: Wiring, seed = 2): LayersModel {
  const x = input({ shape: [SIDE, SIDE, 1], name: 'x' });
  const y = labelInput(wiring);
  const logit = layers.dense({ units: 1, kernelInitializer: 'zeros', name: 'logit' });
  const flatten = layers.flatten({ name: 'flatten' });
  if (wiring === 'channels') {
    const both = through(layers.concatenate({ name: 'both' }), x, channelsOf(y));
    const features = through(flatten, through(conv(2, 'conv'), both));
    return finished([x, y], through(logit, features), 'd', seed);
  }
  const hidden = through(dense(6, 'hidden'), through(flatten, x));
  if (wiring === 'projected') {
    // w · φ(x) + b + ⟨e_y, φ(x)⟩ (Miyato and Koyama 2018, arXiv 1802.05637, equation 4)
    const product = through(
      layers.dot({ axes: 1, name: 'product' }),
      vectorOf(wiring, y, 6),
      hidden,
    );
    const sum = through(layers.add({ name: 'sum' }), through(logit, hidden), product);
    return finished([x, y], sum, 'd', seed);
  }
  const both = through(layers.concatenate({ name: 'both' }), hidden, vectorOf(wiring, y));
  return finished([x, y], through(logit, through(dense(5, 'top'), both)), 'd', seed);
}

/** Networks without a label. */
function unconditioned() {
  const z = input({ shape: [LATENTS], name: 'z' });
  const x = input({ shape: [SIDE, SIDE, 1], name: 'x' });
  const image = layers.reshape({ targetShape: [SIDE, SIDE, 1], name: 'as_image' });
  const logit = layers.dense({ units: 1, kernelInitializer: 'zeros', name: 'logit' });
  return {
    generator: finished([z], through(image, through(dense(SIDE * SIDE, 'image'), z)), 'g', 1),
    discriminator: finished(
      [x],
      through(logit, through(layers.flatten({ name: 'flatten' }), x)),
      'd',
      2,
    ),
  };
}

/** Labels as a wiring takes them. */
const encoded = (wiring: Wiring, labels: readonly number[] = LABELS): Tensor =>
  isNumbered(wiring)
    ? tensor([...labels], [labels.length, 1], 'float32')
    : tensor(
        labels.map((label) => Array.from({ length: CLASSES }, (_, k) => (k === label ? 1 : 0))),
      );

const realOf = (k: number) => new RandomStream(50).seek(k).uniform([COUNT, SIDE, SIDE, 1], -1, 1);
const latentsOf = (k: number) => new RandomStream(60).seek(k).normal([COUNT, LATENTS]);

const build = (wiring: Wiring, options: Partial<GANOptions> = {}) =>
  createGAN({
    generator: generatorOf(wiring),
    discriminator: discriminatorOf(wiring),
    loss: nonSaturating(),
    optimizers: {
      generator: adam({ learningRate: 0.02, beta1: 0.5 }),
      discriminator: adam({ learningRate: 0.02, beta1: 0.5 }),
    },
    seed: 3,
    ...options,
  });
type System = ReturnType<typeof build>;

/** Trains over batches first … last − 1; returns all losses. */
async function trainOver(
  gan: System,
  first: number,
  last: number,
  condition?: GANBatch['condition'],
): Promise<number[]> {
  const losses: number[] = [];
  for (let k = first; k < last; k++) {
    const real = realOf(k);
    const step = await gan.trainStep({ real, ...(condition !== undefined && { condition }) });
    losses.push(...(Object.values(step) as number[]));
    real.dispose();
  }
  return losses;
}

/** The latent vectors that the first discriminator step of a seed draws. */
const firstLatents = (seed: number) =>
  new RandomStream(seed, 'createGAN').fork('latents').normal([COUNT, LATENTS]);
/** The labels that it draws. */
const firstLabels = (fakeCondition: NonNullable<GANOptions['fakeCondition']>, seed: number) =>
  fakeCondition.draw(COUNT, new RandomStream(seed, 'createGAN').fork('conditions'))[0]!;

/** A network as a function, with weights of its own. */
const call = (network: LayersModel, ...inputs: Tensor[]) =>
  functionalCall(network, {}, inputs, { training: true });
const valueOf = async (scalar: Tensor) => (await scalar.data())[0]!;

const drawsOf = (state: Awaited<ReturnType<System['state']>>, component: string) =>
  Object.entries(state.values).filter(([key]) => key.startsWith(`${component}/`));

// the shaders of software GPUs are compiled once a size: one seed and one size for all
describe.each(BACKENDS)('conditions of createGAN on %s', (backend) => {
  beforeEach(async () => {
    await useBackend(backend);
    enableSecondOrderGradients();
  });

  describe.each(WIRINGS)('labels %s', (wiring) => {
    it('reach both networks: the first losses are those of a hand-written step', async () => {
      // neither network moves
      const still = () => ({
        generator: adam({ learningRate: 0 }),
        discriminator: adam({ learningRate: 0 }),
      });
      const loss = nonSaturating();
      const gan = build(wiring, { optimizers: still() });
      const condition = encoded(wiring);
      const real = realOf(0);
      const losses = await gan.trainStep({ real, condition });

      const stream = new RandomStream(3, 'createGAN').fork('latents');
      const z = () => stream.normal([COUNT, LATENTS]);
      const { generator: g, discriminator: d } = gan.networks;
      const under = (c: Tensor) => (x: Tensor) => call(d, x, c);
      const logits = {
        real: under(condition)(real),
        fake: under(condition)(call(g, z(), condition)),
      };
      expect(losses.discriminator).toBeCloseTo(await valueOf(loss.discriminator(logits)), 5);
      const fake = under(condition)(call(g, z(), condition));
      expect(losses.generator).toBeCloseTo(await valueOf(loss.generator({ fake })), 5);

      // other labels, other losses: of the whole, of D's label alone and of G's label alone
      const others = encoded(wiring, OTHERS);
      const otherwise = await build(wiring, { optimizers: still() }).trainStep({
        real,
        condition: others,
      });
      expect(Math.abs(otherwise.discriminator - losses.discriminator)).toBeGreaterThan(1e-3);
      const first = firstLatents(3);
      const judged = await under(condition)(call(g, first, condition)).data();
      for (const changed of [
        under(others)(call(g, first, condition)),
        under(condition)(call(g, first, others)),
      ]) {
        const data = await changed.data();
        for (let i = 0; i < COUNT; i++)
          expect(Math.abs(data[i]! - judged[i]!)).toBeGreaterThan(1e-3);
      }
    });

    it('train the same in one pass of D and in two', async () => {
      expect(samplesAreIndependent(discriminatorOf(wiring))).toBe(true);
      const condition = encoded(wiring);
      const joined = await trainOver(build(wiring), 0, 3, condition);
      // nothing iterates here; with 'call' the two batches go one by one
      const apart = await trainOver(build(wiring, { powerIteration: 'call' }), 0, 3, condition);
      expect(joined).toBeAllclose(apart, { rtol: 1e-4 });
    });

    it('go through the averaged generator, and its own', async () => {
      const gan = build(wiring, { ema: { decay: 0.5 } });
      const condition = encoded(wiring);
      await trainOver(gan, 0, 2, condition);
      const latents = latentsOf(0);
      const averaged = gan.generate({ latents, condition });
      const expected = functionalCall(gan.networks.generator, gan.ema!.namedWeights, [
        latents,
        condition,
      ]);
      expect(await averaged.data()).toEqual(await expected.data());
      const own = gan.generate({ latents, condition, average: false });
      const current = gan.networks.generator.predict([latents, condition]) as Tensor;
      expect(await own.data()).toBeAllclose(await current.data(), { atol: 1e-6 });
      expect(await own.data()).not.toEqual(await averaged.data());
      const others = gan.generate({ latents, condition: encoded(wiring, OTHERS) });
      expect(await others.data()).not.toEqual(await averaged.data());
    });

    it('go on from a checkpoint to the bit, watched by a monitor', async () => {
      const watched = () => build(wiring, { monitor: new GradientMonitor({ every: 1 }) });
      const condition = encoded(wiring);
      const gan = watched();
      await trainOver(gan, 0, 2, condition);
      const bytes = encodeCheckpoint(await gan.state());
      const uninterrupted = await trainOver(gan, 2, 4, condition);
      const before = memory().numTensors;
      await trainOver(gan, 4, 5, condition);
      expect(memory().numTensors).toBe(before);
      const { norms } = (await gan.monitor!.read())!;
      const named = {
        concatenated: ['generator/image', 'discriminator/top'],
        channels: ['generator/image', 'discriminator/conv'],
        embedded: ['generator/label_table', 'discriminator/label_table'],
        projected: ['generator/label_table', 'discriminator/label_table'],
      };
      for (const name of named[wiring]) expect(norms[name]).toBeGreaterThan(0);

      const resumed = watched();
      await resumed.restore(decodeCheckpoint(bytes).state);
      expect(await trainOver(resumed, 2, 4, condition)).toEqual(uninterrupted);
    });
  });

  it('may be int32, as tfjs makes them by default', async () => {
    for (const wiring of WIRINGS) {
      const condition = encoded(wiring);
      const whole = isNumbered(wiring)
        ? cast(condition, 'int32')
        : oneHot(tensor(LABELS, [COUNT], 'int32'), CLASSES);
      expect(whole.dtype).toBe('int32');
      const gan = build(wiring);
      const losses = await trainOver(gan, 0, 2, whole);
      expect(losses).toBeAllclose(await trainOver(build(wiring), 0, 2, condition), { rtol: 1e-5 });
      const latents = latentsOf(0);
      const before = memory().numTensors;
      const [of32, ofFloats] = [whole, condition].map((one) =>
        gan.generate({ latents, condition: one }),
      );
      expect(memory().numTensors).toBe(before + 2);
      expect(await of32!.data()).toBeAllclose(await ofFloats!.data(), { atol: 1e-6 });
    }
    // and meet drawn ones that are float32
    const fakeCondition = labelDistribution({ classes: CLASSES, encoding: 'oneHot' });
    const int32 = cast(encoded('concatenated'), 'int32');
    const mixed = await trainOver(build('concatenated', { fakeCondition }), 0, 2, int32);
    const gan = build('concatenated', { fakeCondition });
    expect(mixed).toBeAllclose(await trainOver(gan, 0, 2, encoded('concatenated')), { rtol: 1e-5 });
  });

  describe('penalties', () => {
    const [weightGP, gamma] = [10, 4];

    it('see D between real and generated samples under the condition of the batch', async () => {
      const condition = encoded('concatenated');
      const real = realOf(0);
      const gan = build('concatenated', { penalty: new GradientPenalty({ seed: 5 }) });
      const { generator: g, discriminator: d } = gan.networks;
      const fake = call(g, firstLatents(3), condition);
      const under =
        (c: Tensor): Critic =>
        (x) =>
          call(d, x, c);
      const of = (c: Tensor) =>
        valueOf(new GradientPenalty({ seed: 5 }).compute(under(c), { real, fake }));
      const [expected, wrong] = [await of(condition), await of(encoded('concatenated', OTHERS))];
      const { penalty } = await gan.trainStep({ real, condition });
      expect(penalty).toBeAllclose(weightGP * expected, { rtol: 1e-4 });
      expect(Math.abs(weightGP * wrong - penalty!)).toBeGreaterThan(1e-3);
    });

    it('see D at real samples under theirs, at generated ones under those drawn', async () => {
      const condition = encoded('concatenated');
      const real = realOf(0);
      const fakeCondition = labelDistribution({ classes: CLASSES, encoding: 'oneHot' });
      const drawn = firstLabels(fakeCondition, 3);
      expect(await drawn.data()).not.toEqual(await condition.data());
      const penalize = async (...penalty: GradientPenalty[]) =>
        (await build('concatenated', { penalty, fakeCondition }).trainStep({ real, condition }))
          .penalty!;
      const { generator: g, discriminator: d } = build('concatenated').networks;
      const fake = call(g, firstLatents(3), drawn);
      const compute = (one: GradientPenalty, c: Tensor) =>
        valueOf(one.compute((x) => call(d, x, c), { real, fake }));
      const [first, second] = [
        await compute(r1({ gamma }), condition),
        await compute(r2({ gamma }), drawn),
      ];
      expect(await penalize(r1({ gamma }))).toBeAllclose((gamma / 2) * first, { rtol: 1e-4 });
      expect(await penalize(r2({ gamma }))).toBeAllclose((gamma / 2) * second, { rtol: 1e-4 });
      expect(await penalize(r2({ gamma }), r1({ gamma }))).toBeAllclose(
        (gamma / 2) * (first + second),
        { rtol: 1e-4 },
      );
      // the conditions of the other one would tell
      expect(Math.abs((await compute(r1({ gamma }), drawn)) - first)).toBeGreaterThan(1e-3);
      expect(Math.abs((await compute(r2({ gamma }), condition)) - second)).toBeGreaterThan(1e-3);
    });
  });

  it('are drawn without a change of the latent vectors, and resume to the bit', async () => {
    const fakeCondition = labelDistribution({ classes: CLASSES });
    const condition = encoded('embedded');
    const drawing = build('embedded', { fakeCondition });
    const taking = build('embedded');
    await trainOver(drawing, 0, 2, condition);
    const other = await trainOver(taking, 0, 2, condition);
    const state = await drawing.state();
    expect(drawsOf(state, 'latents')).not.toEqual([]);
    expect(drawsOf(state, 'latents')).toEqual(drawsOf(await taking.state(), 'latents'));
    expect(drawsOf(state, 'conditions')).not.toEqual([]);
    expect(other).not.toEqual(
      await trainOver(build('embedded', { fakeCondition }), 0, 2, condition),
    );

    const uninterrupted = await trainOver(drawing, 2, 4, condition);
    const resumed = build('embedded', { fakeCondition, seed: 9 });
    await resumed.restore(state);
    expect(await trainOver(resumed, 2, 4, condition)).toEqual(uninterrupted);
    // a system that draws none has no use for what they were drawn with
    await expect(taking.restore(state)).rejects.toThrow(/conditions/);
  });

  it('may be those of one network alone', async () => {
    const plain = unconditioned();
    const condition = encoded('concatenated');
    const latents = latentsOf(0);
    const ofG = build('concatenated', { discriminator: plain.discriminator });
    const ofD = build('concatenated', { generator: plain.generator });
    for (const gan of [ofG, ofD])
      for (const loss of await trainOver(gan, 0, 2, condition)) expect(loss).toBeGreaterThan(0);
    const [one, another] = [LABELS, OTHERS].map((labels) =>
      ofG.generate({ latents, condition: encoded('concatenated', labels) }),
    );
    expect(await one!.data()).not.toEqual(await another!.data());
    expect(ofD.generate({ latents }).shape).toEqual([COUNT, SIDE, SIDE, 1]);
    expect(() => ofD.generate({ latents, condition })).toThrow(/`condition` must be omitted/);

    // G's are drawn: the batch has none
    const drawing = build('concatenated', {
      discriminator: unconditioned().discriminator,
      fakeCondition: labelDistribution({ classes: CLASSES, encoding: 'oneHot' }),
    });
    for (const loss of await trainOver(drawing, 0, 2)) expect(loss).toBeGreaterThan(0);
    await expect(trainOver(drawing, 2, 3, condition)).rejects.toThrow(/must be omitted/);
  });
});

describe('conditions that do not fit', () => {
  beforeEach(() => useBackend(FASTEST));

  const real = () => realOf(0);
  const many = (count: number) =>
    encoded(
      'concatenated',
      Array.from({ length: count }, () => 1),
    );

  it.each<[string, () => unknown, RegExp]>([
    ['missing', () => undefined, /`batch\.condition` must be 1 tensor, .* Received: "0 conditions/],
    [
      'too many',
      () => [many(4), many(4)],
      /`batch\.condition` must be 1 tensor, .* Received: "2 cond/,
    ],
    [
      'too few rows',
      () => many(3),
      /`batch\.condition` must be of shape \[4,3\]\. Received: .*\[3,3\]/,
    ],
    [
      'of another size',
      () => encoded('embedded'),
      /`batch\.condition` must be of shape \[4,3\]\. .*\[4,1\]/,
    ],
    ['numbers', () => 3, /`batch\.condition` must be a tensor\. Received: 3/],
    [
      'a tensor that is gone',
      () => {
        const gone = many(4);
        gone.dispose();
        return gone;
      },
      /`batch\.condition` must be a tensor that is alive/,
    ],
  ])('are refused in a batch: %s', async (_, condition, message) => {
    const gan = build('concatenated');
    const step = gan.trainStep({ real: real(), condition: condition() } as GANBatch);
    await expect(step).rejects.toThrow(message);
    await expect(step).rejects.toThrow(/^GAN\.trainStep: /);
    expect(gan.stepCount).toBe(0);
  });

  it('are refused by networks that take none', async () => {
    const gan = build('concatenated', unconditioned());
    await expect(gan.trainStep({ real: real(), condition: many(4) })).rejects.toThrow(
      /^GAN\.trainStep: `batch\.condition` must be omitted: .* Received: "1 conditions/,
    );
    expect(() => gan.generate({ latents: latentsOf(0), condition: many(4) })).toThrow(
      /^GAN\.generate: `condition` must be omitted/,
    );
  });

  it('are refused by generate', () => {
    const gan = build('concatenated');
    const latents = latentsOf(0);
    expect(() => gan.generate({ latents })).toThrow(
      /^GAN\.generate: `condition` must be 1 tensor, .* Received: "0 conditions/,
    );
    expect(() => gan.generate({ latents, condition: many(3) })).toThrow(
      /^GAN\.generate: `condition` must be of shape \[4,3\]/,
    );
  });

  it('are refused when drawn, and the step is undone', async () => {
    const gan = build('concatenated', {
      fakeCondition: labelDistribution({ classes: CLASSES + 1, encoding: 'oneHot' }),
    });
    const before = await gan.state();
    await expect(trainOver(gan, 0, 1, encoded('concatenated'))).rejects.toThrow(
      /^GAN\.trainStep: `fakeCondition\.draw\(\)` must be of shape \[4,3\]\. Received: .*\[4,4\]/,
    );
    expect(await gan.state()).toEqual(before);
  });

  it('are refused by createGAN: networks or a penalty that cannot share them', () => {
    const fakeCondition = labelDistribution({ classes: CLASSES, encoding: 'oneHot' });
    expect(() => build('concatenated', { discriminator: discriminatorOf('embedded') })).toThrow(
      /^createGAN: `discriminator` must be a model whose input 1 fits the generator's, \[,3\]/,
    );
    const [x, y, t] = [[SIDE, SIDE, 1], [CLASSES], [2]].map((shape) => input({ shape }));
    const flat = layers.flatten().apply(x!) as SymbolicTensor;
    const logit = layers.dense({ units: 1 });
    const ofTwo = model({
      inputs: [x!, y!, t!],
      outputs: through(logit, through(layers.concatenate(), flat, y!, t!)),
    });
    expect(() => build('concatenated', { discriminator: ofTwo })).toThrow(
      /^createGAN: `discriminator` must be a model of 1 conditions or none\. Received: .*2 conditions/,
    );
    for (const penalty of [
      new GradientPenalty(),
      {
        weight: 1,
        every: 1,
        compute: (...args: Parameters<GradientPenalty['compute']>) => r1().compute(...args),
      },
    ])
      expect(() => build('concatenated', { fakeCondition, penalty })).toThrow(
        /^createGAN: `penalty\[0\]\.at` must be 'real', 'fake' or 'perturbed' .* Received: .*interpolates/,
      );
    expect(() => build('concatenated', { ...unconditioned(), fakeCondition })).toThrow(
      /^createGAN: `fakeCondition` must be omitted/,
    );
    expect(() =>
      build('concatenated', { fakeCondition: [1, 2] as unknown as typeof fakeCondition }),
    ).toThrow(/^createGAN: `fakeCondition` must be a distribution/);
  });
});

describe.each(BACKENDS)('labelDistribution on %s', (backend) => {
  beforeEach(() => useBackend(backend));

  it('draws each class as often as its weight says, encoded either way', async () => {
    const weights = [1, 2, 0, 5];
    const count = 8000;
    const draw = (encoding: 'index' | 'oneHot') =>
      labelDistribution({ classes: 4, weights, encoding }).draw(count, new RandomStream(8))[0]!;
    const [index, vectors] = [draw('index'), draw('oneHot')];
    expect(index.shape).toEqual([count, 1]);
    expect(vectors.shape).toEqual([count, 4]);
    expect([index.dtype, vectors.dtype]).toEqual(['float32', 'float32']);
    const drawn = [...(await index.data())];
    const shares = weights.map((_, k) => drawn.filter((label) => label === k).length / count);
    // four standard deviations of a share of a half
    expect(shares).toBeAllclose([1 / 8, 1 / 4, 0, 5 / 8], { atol: 0.0224 });
    expect(shares[2]).toBe(0);
    const expected = drawn.flatMap((label) => [0, 1, 2, 3].map((k) => (k === label ? 1 : 0)));
    expect([...(await vectors.data())]).toEqual(expected);
  });

  it('draws all alike by default', async () => {
    const [labels] = labelDistribution({ classes: 5 }).draw(8000, new RandomStream(9));
    const drawn = [...(await labels!.data())];
    const shares = [0, 1, 2, 3, 4].map((k) => drawn.filter((label) => label === k).length / 8000);
    expect(shares).toBeAllclose([0.2, 0.2, 0.2, 0.2, 0.2], { atol: 0.018 });
  });
});

describe('labelDistribution', () => {
  it.each([
    [{ classes: 0 }, /`classes` must be an integer >= 1\. Received: 0/],
    [{ classes: Infinity }, /`classes` must be .*Received: Infinity/],
    [{ classes: 2, weights: [1] }, /`weights` must be an array of 2 numbers/],
    [{ classes: 2, weights: [1, -1] }, /`weights\[1\]` must be .*>= 0.*Received: -1/],
    [{ classes: 2, weights: [0, 0] }, /`weights` must be above 0 for some class/],
    [{ classes: 2, encoding: 'onehot' }, /`encoding` must be .*Received: .*onehot/],
    [{ classes: 2, seed: 1 }, /seed/],
  ])('refuses %o', (options, message) => {
    const call = () => labelDistribution(options as Parameters<typeof labelDistribution>[0]);
    expect(call).toThrow(message);
    expect(call).toThrow(/^labelDistribution: /);
  });
});
