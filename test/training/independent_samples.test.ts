import { input, layers, model, sequential } from '@tensorflow/tfjs-layers';
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { batchNormalization } from '../../src/layers/normalization/batch_normalization.js';
import type { LayerTraits } from '../../src/layers/traits.js';
import { hinge } from '../../src/losses/hinge.js';
import { dcganDiscriminator } from '../../src/models/dcgan_discriminator.js';
import { dcganGenerator } from '../../src/models/dcgan_generator.js';
import { samplesAreIndependent } from '../../src/training/step/independent_samples.js';
import { createGAN } from '../../src/training/systems/gan.js';
import { FASTEST, useBackend } from '../helpers/backends.js';

describe('samplesAreIndependent', () => {
  beforeAll(() => useBackend(FASTEST));

  const dense = () => layers.dense({ units: 2, inputShape: [2] });

  it('knows the layers that treat each sample by itself, also inside others', () => {
    const imageShape = [16, 16, 1] as const;
    for (const spectralNorm of [false, true]) {
      const network = dcganDiscriminator({
        ...{ imageShape, filters: 2, dropout: 0.2 },
        ...{ normalization: 'none', spectralNorm },
      });
      expect(samplesAreIndependent(network)).toBe(true);
    }
    expect(samplesAreIndependent(sequential({ layers: [sequential({ layers: [dense()] })] }))).toBe(
      true,
    );
  });

  it('knows a product of features and label, and says no to what works along the samples', () => {
    const judged = (layer: layers.Layer) => {
      const [x, y] = [input({ shape: [2] }), input({ shape: [2] })];
      const outputs = layer.apply([x, y]) as SymbolicTensor;
      return samplesAreIndependent(model({ inputs: [x, y], outputs }));
    };
    expect(judged(layers.dot({ axes: 1 }))).toBe(true);
    expect(judged(layers.dot({ axes: -1 }))).toBe(true);
    expect(judged(layers.concatenate({ axis: 1 }))).toBe(true);
    expect(judged(layers.dot({ axes: 0 }))).toBe(false);
    expect(judged(layers.concatenate({ axis: 0 }))).toBe(false);
  });

  it('takes a class of somebody at its word, and asks for it', () => {
    class Square extends layers.Layer {
      static readonly className: string = 'SquareOfATest';
    }
    class Said extends Square {
      static override readonly className = 'SaidSquareOfATest';
      static readonly traits: LayerTraits = { independentSamples: true };
    }
    const judged = (layer: layers.Layer) =>
      samplesAreIndependent(sequential({ layers: [dense(), layer] }));
    expect([judged(new Square({})), judged(new Said({}))]).toEqual([false, true]);
  });

  it('says no to batch normalization, ours and theirs, and to what it does not know', () => {
    for (const layer of [
      batchNormalization(),
      layers.batchNormalization(),
      layers.gaussianNoise({ stddev: 1 }),
    ])
      expect(
        samplesAreIndependent(
          sequential({ layers: [dense(), sequential({ layers: [dense(), layer] })] }),
        ),
      ).toBe(false);
  });
  it('changes no number: one pass equals two', async () => {
    const imageShape = [16, 16, 1] as const;
    const step = async (powerIteration: 'step' | 'call') => {
      const gan = createGAN({
        generator: dcganGenerator({ imageShape, filters: 2, latentSize: 4 }),
        discriminator: dcganDiscriminator({ imageShape, filters: 2, normalization: 'none' }),
        loss: hinge(),
        powerIteration, // nothing iterates here; with 'call' the two batches go one by one
      });
      const losses = [];
      for (let k = 0; k < 3; k++) {
        const real = new RandomStream(7).seek(k).uniform([4, ...imageShape], -1, 1);
        losses.push(await gan.trainStep({ real }));
      }
      return losses.flatMap(({ discriminator, generator }) => [discriminator, generator!]);
    };
    expect(await step('step')).toBeAllclose(await step('call'), { rtol: 1e-5 });
  });
});
