import { hinge, wasserstein } from 'gan-kit/losses';
import { residualDiscriminator, residualGenerator } from 'gan-kit/models';
import { GradientPenalty } from 'gan-kit/penalties';
import { createGAN } from 'gan-kit/training';
import { buildGAN as equilibrium, LATENTS as ofBEGAN, SHIFT } from '../equilibrium/recipe.js';
import { buildGAN as growingGAN, STARTS } from '../growing_digits/recipe.js';
import { PADDED_SIDE as SIDE } from '../mnist/padded.js';
import { buildGAN, criticSteps, SYSTEMS } from '../mnist/recipe.js';
import type { System } from '../mnist/recipe.js';
import { Contestant } from './contestant.js';
import { adams, playersOf } from './settings.js';
import type { Setting } from './settings.js';

const LATENTS = 64;
const IMAGE = { imageShape: [SIDE, SIDE, 1] as const };
/** Channels of the residual networks next to the image; the papers have 128 and 256. */
const RESIDUAL = { ...IMAGE, filters: 16 };
const EMA = { decay: 0.999, warmUp: true };

/** Makes Adam for both players with β = (0, 0.9), as SN-GAN, WGAN-GP and SAGAN have it. */
const residualAdams = (generator: number, discriminator: number) => {
  const betas = { beta1: 0, beta2: 0.9 };
  return adams({ ...betas, learningRate: generator }, { ...betas, learningRate: discriminator });
};

/** What a run of a system is built for. */
interface Building {
  readonly seed: number;
  /** Seconds of the training. */
  readonly seconds: number;
  /** Replaces the optimizers and critic steps that a system has of its own. */
  readonly setting?: Setting | undefined;
}

/** Builds SN-GAN of residual networks; with `sagan` it is conditional, and has attention, as SAGAN. */
function residual({ seed, setting }: Building, sagan: boolean): Contestant {
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
    ...(setting ? playersOf(setting) : { optimizers: residualAdams(2e-3, 4e-3) }),
    ...{ ema: EMA, seed },
  });
  const steps = setting?.criticSteps ?? 1;
  return new Contestant(gan, { latentSize: LATENTS, labelled: sagan, criticSteps: steps });
}

function residualWGANGP({ seed, setting }: Building): Contestant {
  const players = setting
    ? playersOf(setting)
    : { optimizers: residualAdams(2e-3, 2e-3), criticSteps: 5 };
  const gan = createGAN({
    generator: residualGenerator({ ...RESIDUAL, form: 'wgan-gp', latentSize: LATENTS, seed }),
    discriminator: residualDiscriminator({ ...RESIDUAL, form: 'wgan-gp', seed: seed + 1 }),
    ...{ loss: wasserstein(), penalty: new GradientPenalty({ seed }), ...players },
    ...{ ema: EMA, seed },
  });
  return new Contestant(gan, { latentSize: LATENTS, criticSteps: players.criticSteps });
}

/** Builds BEGAN with γ = 0.5 as `examples/equilibrium` does; a setting gives it rates, as both players always move. */
function began({ seed, setting }: Building): Contestant {
  const gan = equilibrium(0.5, seed, setting && adams(setting.adam));
  return new Contestant(gan, { latentSize: ofBEGAN, latents: 'uniform', shift: SHIFT });
}

/** The systems whose players move together, so that they take no setting of more critic steps than one. */
export const WITHOUT_CRITIC_STEPS: readonly string[] = ['began'];

/** Builds Progressive GAN, growing by the share of the time that has passed as `examples/growing_digits` does. */
function progressive({ seed, seconds, setting }: Building): Contestant {
  const gan = growingGAN('growing', seconds, seed, setting && playersOf(setting));
  return new Contestant(gan, {
    latentSize: gan.latentSize,
    criticSteps: setting?.criticSteps ?? 1,
    afterStep(share) {
      const start = STARTS[gan.stage + 1];
      if (start !== undefined && gan.fade === 0 && share >= start) gan.grow();
    },
  });
}

/** Builds one of the seven systems of DCGAN's networks. */
const convolutional =
  (system: System) =>
  ({ seed, setting }: Building): Contestant => {
    const players = setting && { players: playersOf(setting) };
    const gan = buildGAN({ ...system, side: SIDE, latentSize: LATENTS, seed, ...players });
    const steps = setting?.criticSteps ?? criticSteps(system.loss);
    return new Contestant(gan, { latentSize: LATENTS, criticSteps: steps });
  };

/** The systems of the study by name: functions that build one for a run. */
export const CONTESTANTS: Readonly<Record<string, (run: Building) => Contestant>> = {
  ...Object.fromEntries(Object.entries(SYSTEMS).map(([name, one]) => [name, convolutional(one)])),
  'sn-resnet': (run) => residual(run, false),
  'wgan-gp-resnet': residualWGANGP,
  sagan: (run) => residual(run, true),
  began,
  progan: progressive,
};
