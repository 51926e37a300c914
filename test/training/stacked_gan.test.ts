import {
  add,
  clone,
  dispose,
  mean,
  memory,
  moments,
  slice,
  stack,
  tensor2d,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { initializers, input, layers, model, sequential } from '@tensorflow/tfjs-layers';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { dropout } from '../../src/layers/dropout.js';
import { relativisticAverage } from '../../src/losses/relativistic_average.js';
import { adam } from '../../src/training/optimizers/adam.js';
import { createStackedGAN } from '../../src/training/systems/stacked_gan.js';
import type { StackedGAN, StackedGANBatch } from '../../src/training/systems/stacked_gan.js';
import type { StackedGANOptions } from '../../src/training/systems/stacked_gan_options.js';
import { useBackend } from '../helpers/backends.js';
import { describeSystem } from './system_contract.js';
import {
  SIZES,
  rows,
  tinyDiscriminator,
  tinyEncoder,
  tinyGenerator,
  tinyLevels,
} from './tiny_stack.js';

const LATENTS = [3, 2, 4] as const;

const batch = (k: number): StackedGANBatch => ({
  real: new RandomStream(50).seek(k).uniform([4, SIZES.images], -1, 1),
  condition: rows([0, 1, 2, k % SIZES.classes]),
});

/** The options of a stack of two levels, or of three. */
function tiny(features: readonly ('h1' | 'h2')[] = ['h2'], learningRate = 0.01) {
  const levels = tinyLevels(features, LATENTS, 1);
  const each = () => levels.map(() => adam({ learningRate }));
  const optimizers = { generators: each(), discriminators: each() };
  return { encoder: tinyEncoder(9), features, levels, optimizers };
}

/** Trains over batches, and returns the losses. */
async function over(gan: StackedGAN, first: number, last: number) {
  const losses: Awaited<ReturnType<typeof gan.trainStep>>[] = [];
  for (let k = first; k < last; k++) {
    const given = batch(k);
    losses.push(await gan.trainStep(given));
    dispose([given.real, given.condition]);
  }
  return losses;
}

const valuesOf = (network: LayersModel) =>
  Promise.all(network.weights.map(async (weight) => [...(await weight.read().data())]));

describeSystem<StackedGANBatch, StackedGAN>('a joint StackedGAN of three levels', {
  name: 'StackedGAN',
  make: (seed) =>
    createStackedGAN({
      ...tiny(['h1', 'h2']),
      ...{ mode: 'joint', jointGradient: 0.3, loss: relativisticAverage(), seed },
    }),
  batch,
  calls: [
    (gan) => gan.generate({ condition: rows([1]) }),
    (gan) => gan.reconstruct({ images: zeros([1, SIZES.images]) }),
  ],
});

/** Counts its passes in training mode as running statistics do. */
class Passes extends layers.Layer {
  static className = 'Passes';
  private count: ReturnType<layers.Layer['addWeight']> | undefined;

  override build(): void {
    this.count = this.addWeight('count', [], 'float32', initializers.zeros(), undefined, false);
    this.built = true;
  }

  override call(inputs: Tensor | Tensor[], { training }: { training?: boolean }): Tensor {
    const x = (inputs as Tensor[])[0] ?? (inputs as Tensor);
    if (training === true) tidy(() => void this.count!.write(add(this.count!.read(), 1)));
    return clone(x);
  }
}

/** A network after a layer that counts the passes. */
function counted(network: LayersModel): LayersModel {
  const inputs = network.inputs.map(({ shape }) => input({ shape: shape.slice(1) }));
  const [first, ...others] = inputs as [SymbolicTensor, ...SymbolicTensor[]];
  const x = new Passes({ name: 'passes' }).apply(first) as SymbolicTensor;
  const made = network.apply(others.length === 0 ? x : [x, ...others]) as SymbolicTensor;
  return model({ inputs, outputs: made });
}

describe('a Stacked GAN', () => {
  beforeAll(() => useBackend('cpu'));

  it('never changes the encoder, which runs at inference, and moves statistics by its own passes only', async () => {
    const { features, levels, optimizers } = tiny();
    const encoder = sequential({
      layers: [
        layers.dense({ units: SIZES.h2, inputShape: [SIZES.images], name: 'in' }),
        layers.batchNormalization({ name: 'norm' }),
        dropout({ rate: 0.5, seed: 1, name: 'drop' }),
        new Passes({ name: 'h2' }),
        layers.dense({ units: SIZES.classes, name: 'classes' }),
      ],
    });
    const all = levels.map(({ generator, discriminator }) => ({
      generator: counted(generator),
      discriminator: counted(discriminator),
    }));
    const gan = createStackedGAN({
      ...{ encoder, features, levels: all, optimizers, jointGradient: 0.5 },
    });
    const [before, drop] = [await valuesOf(encoder), encoder.getLayer('drop')];
    const position = (drop as unknown as { position: number }).position;
    const counts = async () => {
      const { encoder: E, ...others } = gan.networks;
      const of = (network: LayersModel) =>
        network.weights
          .find(({ originalName }) => originalName.endsWith('count'))!
          .read()
          .data();
      return [
        ...(await of(E)),
        ...(await Promise.all(Object.values(others).map(of))).flatMap((one) => [...one]),
      ];
    };
    await over(gan, 0, 1);
    // generators for each player, discriminators for real and generated samples
    expect(await counts()).toEqual([0, 2, 2, 2, 2]);
    gan.mode = 'joint';
    await over(gan, 1, 3);
    expect(await counts()).toEqual([0, 6, 6, 6, 6]);
    expect(await valuesOf(encoder)).toEqual(before);
    expect((drop as unknown as { position: number }).position).toBe(position);
    gan.generate({ condition: rows([0, 1]) });
    gan.reconstruct({ images: zeros([2, SIZES.images]) });
    expect(await counts()).toEqual([0, 6, 6, 6, 6]);
  });

  it('trains its levels apart when independent, and joins them by the factor', async () => {
    /** The weights of a level after two steps, where the other level begins with other weights. */
    const trained = async (other: number, options: Partial<StackedGANOptions>, level: 0 | 1) => {
      const parts = tiny();
      parts.levels[1 - level] = tinyLevels(['h2'], LATENTS, other)[1 - level]!;
      const gan = createStackedGAN({ ...parts, ...options, seed: 4 });
      await over(gan, 0, 2);
      return valuesOf(gan.networks[`generator${level}`]!);
    };
    const depends = async (options: Partial<StackedGANOptions>, level: 0 | 1) => {
      const [one, two] = [await trained(1, options, level), await trained(2, options, level)];
      return JSON.stringify(one) !== JSON.stringify(two);
    };
    for (const level of [0, 1] as const) expect(await depends({}, level)).toBe(false);
    const joint = { mode: 'joint' } as const;
    expect(await depends(joint, 0)).toBe(true);
    expect(await depends(joint, 1)).toBe(false);
    expect(await depends({ ...joint, jointGradient: 0.01 }, 1)).toBe(true);
  });

  it('begins in one mode, changes to the other, and saves it', async () => {
    const gan = createStackedGAN(tiny());
    const same = createStackedGAN({ ...tiny(), mode: 'joint' });
    expect(gan.mode).toBe('independent');
    const [independent] = await over(gan, 0, 1);
    const [joint] = await over(same, 0, 1);
    expect(joint!.discriminator1).toEqual(independent!.discriminator1);
    expect(joint!.discriminator0).not.toEqual(independent!.discriminator0);
    gan.mode = 'joint';
    await same.restore(await gan.state());
    expect(await over(same, 1, 3)).toEqual(await over(gan, 1, 3));
    const fresh = createStackedGAN(tiny());
    await fresh.restore(await same.state());
    expect(fresh.mode).toBe('joint');
    expect(() => (fresh.mode = 'both' as never)).toThrow(
      "StackedGAN.mode: `mode` must be one of 'independent', 'joint'. Received: \"both\".",
    );
    const { values, arrays } = await same.state();
    const state = { values: { ...values, 'mode/mode': 'both' }, arrays };
    await expect(fresh.restore(state)).rejects.toThrow("must fit the part 'mode'");
    expect(fresh.mode).toBe('joint');
  });

  it('leaves a term of weight 0 out', async () => {
    const parts = tiny();
    const gan = createStackedGAN({ ...parts, weights: { entropy: 0, conditional: 0 } });
    const codes = () => valuesOf({ weights: codesOf(gan) } as LayersModel);
    const before = await codes();
    const [losses] = await over(gan, 0, 1);
    expect(Object.keys(losses!)).toEqual([
      'discriminator1',
      'discriminator0',
      'generator1',
      'generator0',
    ]);
    expect(await codes()).toEqual(before);
    const whole = createStackedGAN({ ...tiny(), weights: {} });
    const others = Object.keys((await over(whole, 0, 1))[0]!).map((name) => name.slice(0, -1));
    expect(new Set(others)).toEqual(
      new Set(['discriminator', 'discriminatorEntropy', 'generator', 'conditional', 'entropy']),
    );
  });

  it('varies with z by the entropy term', async () => {
    const variation = async (entropy: number) => {
      const weights = { conditional: 10, entropy };
      const gan = createStackedGAN({ ...tiny(['h2'], 0.03), weights, seed: 2 });
      await over(gan, 0, 60);
      return tidy(() => {
        const images = batch(0).real;
        const made = Array.from({ length: 20 }, (_, seed) => gan.reconstruct({ images, seed }));
        const { variance } = moments(stack(made), 0);
        return mean(variance).dataSync()[0]!;
      });
    };
    expect(await variation(10)).toBeGreaterThan(2 * (await variation(0)));
  });

  it('takes the logarithm of an encoder that ends in softmax, and labels as numbers', async () => {
    const losses = async (encoder: LayersModel) =>
      (await over(createStackedGAN({ ...tiny(), encoder }), 0, 1))[0]!;
    const [logits, softmax] = [
      await losses(tinyEncoder(9)),
      await losses(tinyEncoder(9, 'softmax')),
    ];
    expect(softmax.conditional1).toBeAllclose(logits.conditional1!, { rtol: 1e-5 });
    const parts = tiny();
    parts.levels[1] = { ...parts.levels[1]!, generator: tinyGenerator(LATENTS[1], 1, SIZES.h2, 3) };
    const gan = createStackedGAN(parts);
    const condition = tensor2d([[0], [1], [2], [2]], [4, 1], 'int32');
    const { conditional1 } = await gan.trainStep({ real: batch(0).real, condition });
    expect(conditional1).toBeGreaterThan(0);
    expect(gan.generate({ condition }).shape).toEqual([4, SIZES.images]);
  });

  it('makes samples from the top and from the features of images', async () => {
    const { levels, ...parts } = tiny(['h1', 'h2']);
    const gan = createStackedGAN({ ...parts, levels });
    expect(gan.latentSizes).toEqual(LATENTS);
    const [condition, images] = [rows([2, 0]), slice(batch(0).real, 0, 2)];
    const latents = LATENTS.map((size, i) => new RandomStream(i).uniform([2, size]));
    const { numTensors } = memory();
    const expected = (from: Tensor, level: number) =>
      tidy(() =>
        latents
          .slice(0, level)
          .reduceRight((h, z, i) => levels[i]!.generator.predict([z, h]) as Tensor, from),
      );
    const features = (layer: string) =>
      tidy(() => {
        const { encoder } = parts;
        const part = model({
          inputs: encoder.inputs,
          outputs: encoder.getLayer(layer).output,
        });
        return part.predict(images) as Tensor;
      });
    const pairs = [
      [gan.generate({ condition, latents }), expected(condition, 3)],
      [gan.reconstruct({ images, latents: latents.slice(0, 1) }), expected(features('h1'), 1)],
      [
        gan.reconstruct({ images, level: 2, latents: latents.slice(0, 2) }),
        expected(features('h2'), 2),
      ],
      [gan.generate({ condition }), gan.generate({ condition, seed: 0 })],
    ] as const;
    for (const [ours, theirs] of pairs)
      expect(await ours.data()).toBeAllclose(await theirs.data(), { rtol: 1e-6 });
    const other = gan.generate({ condition, seed: 1 });
    expect(await other.data()).not.toEqual(await pairs[3][0].data());
    dispose([...pairs.flat(), other]);
    expect(memory().numTensors).toBe(numTensors + 2); // the features
    for (const one of [condition, images, ...latents]) expect(one.isDisposed).toBe(false);
  });

  it.each<[string, (gan: StackedGAN) => unknown]>([
    ['`condition` must be a tensor', (gan) => gan.generate({} as never)],
    ['`condition` must be of shape [2,3]', (gan) => gan.generate({ condition: zeros([2, 2]) })],
    [
      '`latents` must be an array of 2, one for each level',
      (gan) => gan.generate({ condition: rows([1]), latents: [zeros([1, 3])] }),
    ],
    [
      '`latents[1]` must be of shape [1,2]',
      (gan) => gan.generate({ condition: rows([1]), latents: [zeros([1, 3]), zeros([1, 3])] }),
    ],
    [
      '`seed` must be omitted if there are latents',
      (gan) =>
        gan.generate({ condition: rows([1]), latents: [zeros([1, 3]), zeros([1, 2])], seed: 1 }),
    ],
    [
      '`level` must be an integer >= 1 and <= 1',
      (gan) => gan.reconstruct({ images: zeros([1, 6]), level: 2 }),
    ],
    ['`images` must be of shape [?,6]', (gan) => gan.reconstruct({ images: zeros([1, 5]) })],
    [
      '`latents` must be an array of 1',
      (gan) => gan.reconstruct({ images: zeros([1, 6]), latents: [] }),
    ],
  ])('refuses samples: %s', (message, call) => {
    const gan = createStackedGAN(tiny());
    expect(() => call(gan)).toThrow(message);
  });

  it.each<[string, (parts: ReturnType<typeof tiny>) => object]>([
    [
      '`features[0]` must be a layer of the encoder with one output. Received: "h3".',
      () => ({ features: ['h3'] }),
    ],
    [
      "`features[1]` must be a layer whose output follows from that of 'h2' alone",
      () => ({ ...tiny(['h1', 'h2']), features: ['h2', 'h1'] }),
    ],
    [
      "`features[1]` must be a layer whose output follows from that of 'h2' alone",
      () => ({ ...tiny(['h1', 'h2']), features: ['h2', 'h2'] }),
    ],
    ['`features` must be 1, one for each level but the first', () => ({ features: [] })],
    [
      '`levels` must be an array of two levels or more',
      ({ levels }) => ({ levels: levels.slice(1) }),
    ],
    [
      '`levels[0].generator` must be a model whose second input is h_1 of the encoder, [,4]',
      ({ levels }) => ({
        levels: [{ ...levels[0]!, generator: tinyGenerator(3, 5, 6) }, levels[1]],
      }),
    ],
    [
      '`levels[0].generator` must be a model that makes the images of the encoder, [,6]',
      ({ levels }) => ({
        levels: [{ ...levels[0]!, generator: tinyGenerator(3, 4, 5) }, levels[1]],
      }),
    ],
    [
      '`levels[1].generator` must be a model whose second input is the label, [batch, 1] or [batch, 3]',
      ({ levels }) => ({
        levels: [levels[0], { ...levels[1]!, generator: tinyGenerator(2, 4, 4) }],
      }),
    ],
    [
      '`levels[1].generator` must be a model of two inputs',
      ({ levels }) => ({ levels: [levels[0], { ...levels[1]!, generator: tinyEncoder() }] }),
    ],
    [
      '`levels[1].discriminator` must be a model with one input and two outputs',
      ({ levels }) => ({ levels: [levels[0], { ...levels[1]!, discriminator: tinyEncoder() }] }),
    ],
    [
      '`levels[1].discriminator` must be a model of h_1 of the encoder',
      ({ levels }) => ({
        levels: [levels[0], { ...levels[1]!, discriminator: tinyDiscriminator(5, 2) }],
      }),
    ],
    [
      '`levels[1].discriminator` must be a model whose second output estimates z, [,2]',
      ({ levels }) => ({
        levels: [levels[0], { ...levels[1]!, discriminator: tinyDiscriminator(4, 3) }],
      }),
    ],
    [
      '`levels[1].discriminator` must be a model that ends in logits',
      ({ levels: [first, second] }) => {
        const { generator, discriminator } = second!;
        const [logit, code] = discriminator.outputs as [SymbolicTensor, SymbolicTensor];
        const sure = layers.activation({ activation: 'sigmoid' }).apply(logit) as SymbolicTensor;
        return {
          levels: [
            first,
            {
              generator,
              discriminator: model({ inputs: discriminator.inputs, outputs: [sure, code] }),
            },
          ],
        };
      },
    ],
    [
      '`optimizers.generators` must be 2, one for each level',
      ({ optimizers }) => ({ optimizers: { ...optimizers, generators: [adam()] } }),
    ],
    [
      '`optimizers` must be one for each network. Received: "the same one twice"',
      ({ optimizers: { generators } }) => ({
        optimizers: { generators, discriminators: generators },
      }),
    ],
    [
      '`encoder` must be a model of output [batch, classes]',
      () => ({ encoder: tinyGeneratorOfOne() }),
    ],
  ])('refuses %s', (message, change) => {
    const parts = tiny();
    expect(() => createStackedGAN({ ...parts, ...change(parts) })).toThrow(message);
  });

  it('refuses a feature that leaves out a part of what the classes come from', () => {
    const x = input({ shape: [SIZES.images] });
    const h = layers.dense({ units: SIZES.h2, name: 'h2' }).apply(x);
    const both = layers.concatenate().apply([x, h as SymbolicTensor]);
    const classes = layers.dense({ units: SIZES.classes }).apply(both) as SymbolicTensor;
    const encoder = model({ inputs: x, outputs: classes });
    expect(() => createStackedGAN({ ...tiny(), encoder })).toThrow(
      '`features[0]` must be a layer from whose output alone the classes follow',
    );
  });

  it('frees the optimizers that it made', async () => {
    const { encoder, features, levels } = tiny();
    const { numTensors } = memory();
    const gan = createStackedGAN({ encoder, features, levels });
    const first = batch(0);
    await gan.trainStep(first);
    dispose([first.real, first.condition]);
    gan.dispose();
    expect(memory().numTensors).toBe(numTensors);
  });
});

/** The weights of Q's last layers. */
const codesOf = ({ networks }: StackedGAN) =>
  [networks.discriminator0!, networks.discriminator1!].flatMap(
    (network) => network.getLayer('code').weights,
  );

/** A model of one class. */
const tinyGeneratorOfOne = () =>
  sequential({ layers: [layers.dense({ units: 1, inputShape: [SIZES.images], name: 'h2' })] });
