import { cast, clone, grad, keep, mul, ones, sub, sum, tensor } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { input, layers, model, sequential } from '@tensorflow/tfjs-layers';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { functionalCall } from '../../src/layers/weights/functional_call.js';
import { hinge } from '../../src/losses/hinge.js';
import { wasserstein } from '../../src/losses/wasserstein.js';
import { initializeWeights } from '../../src/models/initialize_weights.js';
import type { Augmentation } from '../../src/training/augmentation/augmentation.js';
import { labelDistribution } from '../../src/training/core/condition_distribution.js';
import { sgd } from '../../src/training/optimizers/sgd.js';
import { pack } from '../../src/training/step/packing.js';
import { createGAN } from '../../src/training/systems/gan.js';
import type { GANOptions } from '../../src/training/systems/gan_options.js';
import type { Penalty } from '../../src/types.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';

const [LATENT, SIZE, COUNT, CLASSES] = [2, 3, 4, 3];

function seeded(network: LayersModel, seed: number): LayersModel {
  initializeWeights(network, { stddev: 0.5, seed });
  return network;
}
const network = (units: number, inputs: number, seed: number) =>
  seeded(
    sequential({ layers: [layers.dense({ units, inputShape: [inputs], name: 'dense' })] }),
    seed,
  );

/** A network of samples and labels. */
function conditional(inputs: number, labels: number, outputs: number, seed: number): LayersModel {
  const [x, y] = [input({ shape: [inputs] }), input({ shape: [labels] })];
  const joined = layers.concatenate({ name: 'join' }).apply([x, y]) as SymbolicTensor;
  const outputsOf = layers.dense({ units: outputs, name: 'dense' }).apply(joined) as SymbolicTensor;
  return seeded(model({ inputs: [x, y], outputs: outputsOf }), seed);
}

const build = (options: Partial<GANOptions> = {}) =>
  createGAN({
    generator: network(SIZE, LATENT, 1),
    discriminator: network(1, (options.packing ?? 1) * SIZE, 2),
    loss: wasserstein(),
    optimizers: { generator: sgd({ learningRate: 1 }), discriminator: sgd({ learningRate: 0 }) },
    seed: 3,
    ...options,
  });
const realOf = (k: number, count = COUNT) =>
  new RandomStream(50).seek(k).uniform([count, SIZE], -1, 1);
const stream = (name: string) => new RandomStream(3, 'createGAN').fork(name);
const call = (of: LayersModel, ...x: Tensor[]) => functionalCall(of, {}, x, { training: true });

/** Rows of packs, by hand. */
async function packedByHand(x: Tensor, m: number): Promise<number[][]> {
  const values = await x.data();
  const size = x.size / x.shape[0];
  return Array.from({ length: x.shape[0] / m }, (_, i) => [
    ...values.slice(i * m * size, (i + 1) * m * size),
  ]);
}

describe.each(BACKENDS)('packing on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('joins consecutive rows along the last axis, and gives each its gradient back', async () => {
    const images = tensor(
      Array.from({ length: 24 }, (_, i) => i),
      [4, 1, 3, 2],
    );
    const packs = pack(images, 2);
    expect(packs.shape).toEqual([2, 1, 3, 4]);
    const first = [0, 1, 6, 7, 2, 3, 8, 9, 4, 5, 10, 11];
    expect([...(await packs.data())]).toEqual([...first, ...first.map((value) => value + 12)]);
    const weights = tensor(
      Array.from({ length: 24 }, (_, i) => i * i),
      [2, 1, 3, 4],
    );
    const slope = grad((x: Tensor) => sum(mul(pack(x, 2), weights)))(images);
    // image 1 has the last two channels of the first pack
    expect([...(await slope.data())].slice(6, 12)).toEqual([4, 9, 36, 49, 100, 121]);
    const points = tensor([1, 2, 3, 4, 5, 6], [6, 1]);
    expect([...(await pack(points, 3).data())]).toEqual([1, 2, 3, 4, 5, 6]);
    expect(pack(points, 3).shape).toEqual([2, 3]);
    expect(pack(points, 1)).toBe(points);
    const labels = tensor([1, 2, 3, 4, 5, 6, 7, 8], [2, 2, 2], 'int32');
    expect(pack(labels, 2).dtype).toBe('int32');
    for (const of of [labels, cast(labels, 'float32')])
      expect([...(await pack(of, 2).data())]).toEqual([1, 2, 5, 6, 3, 4, 7, 8]);
  });

  it('trains to the same bits with packs of one as without', async () => {
    const [one, none] = [build({ packing: 1 }), build()];
    for (let k = 0; k < 2; k++)
      expect(await one.trainStep({ real: realOf(k) })).toEqual(
        await none.trainStep({ real: realOf(k) }),
      );
    expect(await one.state()).toEqual(await none.state());
  });

  it('shows the discriminator two samples at once, and teaches the generator by both', async () => {
    const gan = build({ packing: 2 });
    const [kernel] = gan.networks.generator.getWeights();
    const before = keep(clone(kernel!));
    const real = realOf(0);
    const losses = await gan.trainStep({ real });

    const latents = stream('latents');
    const z = () => latents.normal([COUNT, LATENT]);
    const [G, D] = [network(SIZE, LATENT, 1), network(1, 2 * SIZE, 2)];
    const judge = async (x: Tensor) => call(D, tensor(await packedByHand(x, 2)));
    const ofReal = await judge(real);
    expect(ofReal.shape).toEqual([2, 1]);
    const ofFake = await judge(call(G, z()));
    const ofD = (await sum(sub(ofFake, ofReal)).data())[0]! / 2;
    expect(losses.discriminator).toBeAllclose(ofD, { rtol: 1e-5, atol: 1e-6 });

    // of a linear discriminator: the slope of sample j of a pack is part j of its kernel
    const second = z();
    const parts = await D.getWeights()[0]!.data();
    const inputs = await second.data();
    const moved = Float32Array.from(await before.data());
    for (let row = 0; row < COUNT; row++)
      for (let i = 0; i < LATENT; i++)
        for (let j = 0; j < SIZE; j++)
          moved[i * SIZE + j]! += (inputs[row * LATENT + i]! * parts[(row % 2) * SIZE + j]!) / 2;
    const [after] = gan.networks.generator.getWeights();
    expect(await after!.data()).toBeAllclose(moved, { rtol: 1e-5 });
    expect(moved).not.toBeAllclose(await before.data(), { rtol: 1e-2 });
  });

  it('packs conditions with their samples, drawn ones too, and gives penalties packs', async () => {
    const seen: number[][] = [];
    const penalty: Penalty = {
      weight: 1,
      every: 1,
      at: 'fake',
      compute: (critic, { real, fake }) => {
        seen.push(real.shape, fake!.shape, critic(fake!).shape);
        return sum(critic(fake!));
      },
    };
    const widths: Augmentation = {
      transform: (x) => {
        seen.push(x.shape);
        return clone(x);
      },
    };
    for (const fakeCondition of [
      undefined,
      labelDistribution({ classes: CLASSES, encoding: 'oneHot' }),
    ]) {
      const gan = build({
        generator: conditional(LATENT, CLASSES, SIZE, 1),
        discriminator: conditional(2 * SIZE, 2 * CLASSES, 1, 2),
        packing: 2,
        augment: widths,
        penalty,
        ...(fakeCondition !== undefined && { fakeCondition }),
      });
      const real = realOf(0);
      const condition = tensor([1, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 0], [COUNT, CLASSES]);
      const losses = await gan.trainStep({ real, condition });
      // samples are changed before they are packed
      expect(seen.splice(0)).toEqual([
        ...[
          [4, 3],
          [4, 3],
        ],
        ...[
          [2, 6],
          [2, 6],
          [2, 1],
        ],
        [4, 3],
      ]);
      const [G, D] = [
        conditional(LATENT, CLASSES, SIZE, 1),
        conditional(2 * SIZE, 2 * CLASSES, 1, 2),
      ];
      const labels = fakeCondition?.draw(COUNT, stream('conditions'))[0] ?? condition;
      const fake = call(G, stream('latents').normal([COUNT, LATENT]), labels);
      const judge = async (x: Tensor, y: Tensor) =>
        sum(call(D, tensor(await packedByHand(x, 2)), tensor(await packedByHand(y, 2)))).data();
      const [ofReal, ofFake] = [await judge(real, condition), await judge(fake, labels)];
      expect(losses.discriminator).toBeAllclose((ofFake[0]! - ofReal[0]!) / 2, {
        rtol: 1e-5,
        atol: 1e-6,
      });
      expect(losses.penalty!).toBeAllclose(ofFake[0]!, { rtol: 1e-5, atol: 1e-6 });
    }
  });

  it.each<[string, () => Partial<GANOptions>, RegExp]>([
    ['packs of none', () => ({ packing: 0 }), /createGAN: `packing` must be an integer >= 1/],
    [
      'a discriminator of single samples',
      () => ({ packing: 2, discriminator: network(1, SIZE, 2) }),
      /`discriminator` must be a model whose input fits the generator's output \[,3\] in packs of 2\. Received: \[null, 3\]/,
    ],
    [
      'a discriminator of packs without packing',
      () => ({ discriminator: network(1, 2 * SIZE, 2) }),
      /whose input fits the generator's output \[,3\]\. Received: \[null, 6\]/,
    ],
    [
      'the label of a single sample',
      () => ({
        packing: 2,
        generator: conditional(LATENT, CLASSES, SIZE, 1),
        discriminator: conditional(2 * SIZE, CLASSES, 1, 2),
      }),
      /whose input 1 fits the generator's, \[,3\] in packs of 2\. Received: \[null, 3\]/,
    ],
    [
      'a label of the discriminator alone that cannot be cut',
      () => ({ packing: 2, discriminator: conditional(2 * SIZE, CLASSES, 1, 2) }),
      /whose input 1 has conditions in packs of 2\. Received: \[null, 3\]/,
    ],
  ])('refuses %s', (_, options, message) => {
    expect(() => build(options())).toThrow(message);
  });

  it('refuses a batch that it cannot cut into packs, and a state of other packs', async () => {
    const gan = build({ packing: 2, loss: hinge() });
    await expect(gan.trainStep({ real: realOf(0, 5) })).rejects.toThrow(
      /GAN\.trainStep: `batch\.real` must be a batch whose size 2, the packing, divides/,
    );
    await expect(gan.trainStep({ real: ones([2, 2 * SIZE]) })).rejects.toThrow(
      /`batch\.real` must be of shape \[\?,3\]/,
    );
    await expect(gan.restore(await build({ loss: hinge() }).state())).rejects.toThrow(
      /`packing` must be 2, as here/,
    );
  });
});
