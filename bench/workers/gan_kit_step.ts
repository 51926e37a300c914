import { tensor, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import {
  createGAN,
  dcganDiscriminator,
  dcganGenerator,
  Losses,
  residualDiscriminator,
  residualGenerator,
} from 'gan-kit';
import type { Penalty } from 'gan-kit';
import { SpectralNormalization } from 'gan-kit/layers';
import { GradientPenalty } from 'gan-kit/penalties';
import { adam } from 'gan-kit/training';
import type { StepCase } from '../cases/case_types.js';
import { updates } from '../cases/cases.js';
import { LATENTS } from '../cases/networks.js';
import { fill } from '../hash.js';
import { ADAM, fillWeights, interpolationWeights, realImages } from './dcgan.js';
import type { Subject } from './serve.js';

const LOSSES = {
  'non-saturating': Losses.nonSaturating,
  hinge: Losses.hinge,
  wasserstein: Losses.wasserstein,
};

/**
 * Makes a training step ready, as a user of gan-kit would write it.
 *
 * @param common Options that every system has.
 */
export function step(one: StepCase, common: object = {}): Subject {
  const { batch, loss, gradientPenalty, latents } = one;
  const { generator, discriminator } = networks(one);
  fillWeights(generator, discriminator, one.residual !== undefined);
  fillSingularVectors(discriminator);
  const gan = createGAN({
    generator,
    discriminator,
    loss: LOSSES[loss](),
    penalty: gradientPenalty === undefined ? [] : penaltyOfTheHash(gradientPenalty, batch),
    optimizers: { generator: adam(ADAM), discriminator: adam(ADAM) },
    criticSteps: updates(one) === 2 ? 1 : 2 ** 31, // critic steps alone
    ...common,
  });
  const real = realImages(one);
  return {
    run: async () => void (await gan.trainStep({ real })),
    fingerprint: async () => {
      const losses: number[] = [];
      for (let k = 0; k < latents.length / updates(one); k++) {
        const { discriminator, penalty, generator } = await gan.trainStep({ real });
        losses.push(...[discriminator, penalty, generator].filter((loss) => loss !== undefined));
      }
      return losses;
    },
    dispose: () => {
      real.dispose();
      gan.dispose();
      for (const part of [generator, discriminator, ...Object.values(gan.optimizers)])
        part.dispose();
    },
  };
}

function networks({ image, normalization, residual }: StepCase): {
  generator: LayersModel;
  discriminator: LayersModel;
} {
  if (residual !== undefined) {
    const options = { imageShape: image, filters: residual, form: 'wgan-gp' } as const;
    return {
      generator: residualGenerator({ ...options, latentSize: LATENTS }),
      discriminator: residualDiscriminator(options),
    };
  }
  return {
    generator: dcganGenerator({ imageShape: image }),
    discriminator: dcganDiscriminator({
      imageShape: image,
      dropout: 0,
      normalization: 'none',
      spectralNorm: normalization === 'spectral',
    }),
  };
}

/** Sets v of each layer from the hash, then iterates as often as in building a layer; u follows from v. */
function fillSingularVectors(model: LayersModel): void {
  const layers = model.layers.filter((layer) => layer instanceof SpectralNormalization);
  for (const [i, layer] of layers.entries()) {
    const v = layer.weights.find(({ originalName }) => originalName.endsWith('_v'))!;
    tidy(() => void v.write(tensor(fill(v.shape[0]!, 400 + i, 1))));
    layer.warmUp();
  }
}

/** Makes the penalty of WGAN-GP with α from the hash instead of its own random numbers. */
function penaltyOfTheHash(weight: number, batch: number): Penalty {
  const penalty = new GradientPenalty({ weight });
  let steps = 0;
  return {
    weight,
    every: 1,
    compute: (critic, samples) =>
      tidy(() =>
        penalty.compute(critic, {
          ...samples,
          alpha: tensor(interpolationWeights(batch, steps++)),
        }),
      ),
  };
}
