import { tensor, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { patchDiscriminator, resnetGenerator, unetGenerator } from 'gan-kit';
import { adam, createCycleGAN, createPix2Pix } from 'gan-kit/training';
import type { TranslationCase } from '../cases/translation_cases.js';
import { fill } from '../hash.js';
import { ADAM, fillNetwork } from './dcgan.js';
import type { Subject } from './serve.js';

/*
 * The data, the same for all contenders. Seeds of the hash: 7 and 8 for the images of A and B; from 100 for the
 * weights of the first network, from 200 for those of the second, and so on, by their index.
 */

/**
 * Makes a forward pass of a generator or a training step ready, with the networks of the papers; those of a
 * CycleGAN recompute activations where memory has no room for them, or where the task says so.
 *
 * @param common Options that every system has.
 */
export function translation(
  { task, size, recompute = 'auto' }: TranslationCase,
  common: object = {},
): Subject {
  const inputShape = [size, size, 3] as const;
  const image = (seed: number): Tensor =>
    tensor(fill(size * size * 3, seed, 1), [1, ...inputShape]);
  const [a, b] = [image(7), image(8)];
  const made = (...networks: LayersModel[]) => {
    networks.forEach((network, i) => fillNetwork(network, 100 * (i + 1)));
    return networks;
  };
  const optimizers = { generator: adam(ADAM), discriminator: adam(ADAM) };
  if (task === 'translate') {
    const [generator] = made(resnetGenerator({ inputShape }));
    const run = () => tidy(() => (generator!.predict(a) as Tensor).dataSync());
    return {
      run: () => void run(),
      fingerprint: async () => Array.from(run().filter((_, i) => i % 997 === 0)),
      dispose: () => [a, b, generator!].forEach((one) => void one.dispose()),
    };
  }
  if (task === 'pix2pix') {
    const [generator, discriminator] = made(
      unetGenerator({ inputShape, dropout: 0 }),
      patchDiscriminator({ inputShape: [size, size, 6], normalization: 'batch' }),
    );
    const system = createPix2Pix({
      generator: generator!,
      discriminator: discriminator!,
      optimizers,
      ...common,
    });
    const step = () => system.trainStep({ a, b });
    return {
      run: async () => void (await step()),
      fingerprint: async () => {
        const { discriminator, generator, l1 } = await step();
        return [discriminator, generator, l1];
      },
      dispose: () =>
        [a, b, generator!, discriminator!, system].forEach((one) => void one.dispose()),
    };
  }
  const generators = [0, 1].map(() => resnetGenerator({ inputShape, recompute }));
  const discriminators = [0, 1].map(() => patchDiscriminator({ inputShape }));
  const [ab, ba, ofA, ofB] = made(...generators, ...discriminators);
  const system = createCycleGAN({
    generators: { ab: ab!, ba: ba! },
    discriminators: { a: ofA!, b: ofB! },
    poolSize: 0,
    optimizers: { generators: adam(ADAM), discriminators: adam(ADAM) },
    ...common,
  });
  const step = () => system.trainStep({ a, b });
  return {
    run: async () => void (await step()),
    fingerprint: async () => {
      const told = await step();
      return [told.generatorAB!, told.generatorBA!, told.cycleA!, told.cycleB!].concat([
        told.identityA!,
        told.identityB!,
        told.discriminatorA,
        told.discriminatorB,
      ]);
    },
    dispose: () => [a, b, ab!, ba!, ofA!, ofB!, system].forEach((one) => void one.dispose()),
  };
}
