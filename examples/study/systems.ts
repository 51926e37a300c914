import { hinge, wasserstein } from 'gan-kit/losses';
import { residualDiscriminator, residualGenerator } from 'gan-kit/models';
import { GradientPenalty } from 'gan-kit/penalties';
import { adam, createGAN } from 'gan-kit/training';
import { buildGAN as equilibrium, LATENTS as ofBEGAN, SHIFT } from '../equilibrium/recipe.js';
import { buildGAN as growingGAN, STARTS } from '../growing_digits/recipe.js';
import { PADDED_SIDE as SIDE } from '../mnist/padded.js';
import { buildGAN, criticSteps, SYSTEMS } from '../mnist/recipe.js';
import type { System } from '../mnist/recipe.js';
import { Contestant } from './contestant.js';

const LATENTS = 64;
const IMAGE = { imageShape: [SIDE, SIDE, 1] as const };
/** Channels of the residual networks next to the image; the papers have 128 and 256. */
const RESIDUAL = { ...IMAGE, filters: 16 };
const EMA = { decay: 0.999, warmUp: true };

/** Makes Adam for both players with β = (0, 0.9), as SN-GAN, WGAN-GP and SAGAN have it. */
const adams = (generator: number, discriminator: number) => ({
  generator: adam({ learningRate: generator, beta1: 0, beta2: 0.9 }),
  discriminator: adam({ learningRate: discriminator, beta1: 0, beta2: 0.9 }),
});

/** Builds SN-GAN of residual networks; with `sagan` it is conditional, and has attention, as SAGAN. */
function residual(seed: number, sagan: boolean): Contestant {
  const gan = createGAN({
    generator: residualGenerator({
      ...{ ...RESIDUAL, latentSize: LATENTS, seed },
      ...(sagan && { classes: 10, spectralNorm: true, attention: 16 }),
    }),
    discriminator: residualDiscriminator({
      ...{ ...RESIDUAL, seed: seed + 1 },
      ...(sagan && { classes: 10, attention: 16 }),
    }),
    loss: hinge(),
    // those of examples/attention_maps; the papers' are a tenth and less, for a hundred times as many steps
    optimizers: adams(2e-3, 4e-3),
    ...{ ema: EMA, seed },
  });
  return new Contestant(gan, { latentSize: LATENTS, labelled: sagan });
}

function residualWGANGP(seed: number): Contestant {
  const gan = createGAN({
    generator: residualGenerator({ ...RESIDUAL, form: 'wgan-gp', latentSize: LATENTS, seed }),
    discriminator: residualDiscriminator({ ...RESIDUAL, form: 'wgan-gp', seed: seed + 1 }),
    ...{ loss: wasserstein(), penalty: new GradientPenalty({ seed }), criticSteps: 5 },
    optimizers: adams(2e-3, 2e-3),
    ...{ ema: EMA, seed },
  });
  return new Contestant(gan, { latentSize: LATENTS, criticSteps: 5 });
}

/** Builds BEGAN with γ = 0.5 as `examples/equilibrium` does. */
function began(seed: number): Contestant {
  const gan = equilibrium(0.5, seed);
  return new Contestant(gan, { latentSize: ofBEGAN, latents: 'uniform', shift: SHIFT });
}

/** Builds Progressive GAN, growing by the share of the time that has passed as `examples/growing_digits` does. */
function progressive(seed: number, seconds: number): Contestant {
  const gan = growingGAN('growing', seconds, seed);
  return new Contestant(gan, {
    latentSize: gan.latentSize,
    afterStep(share) {
      const start = STARTS[gan.stage + 1];
      if (start !== undefined && gan.fade === 0 && share >= start) gan.grow();
    },
  });
}

/** Builds one of the seven systems of DCGAN's networks. */
const convolutional =
  (system: System) =>
  (seed: number): Contestant => {
    const gan = buildGAN({ ...system, side: SIDE, latentSize: LATENTS, seed });
    return new Contestant(gan, { latentSize: LATENTS, criticSteps: criticSteps(system.loss) });
  };

/** The systems of the study by name: functions of the seed and of the seconds of the training. */
export const CONTESTANTS: Readonly<Record<string, (seed: number, seconds: number) => Contestant>> =
  {
    ...Object.fromEntries(Object.entries(SYSTEMS).map(([name, one]) => [name, convolutional(one)])),
    'sn-resnet': (seed) => residual(seed, false),
    'wgan-gp-resnet': residualWGANGP,
    sagan: (seed) => residual(seed, true),
    began,
    progan: progressive,
  };
