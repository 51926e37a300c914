import type { Tensor } from '@tensorflow/tfjs-core';
import { createGAN, dcganDiscriminator, dcganGenerator, Losses } from 'gan-kit';
import { GradientPenalty } from 'gan-kit/penalties';
import { createCycleGAN, createPix2Pix } from 'gan-kit/training';
import type { WebGPUCase } from '../cases/webgpu_cases.js';

/** A system and the shapes of its batch. */
export interface Trained {
  readonly system: {
    trainStep(batch: Record<string, Tensor>): Promise<object>;
    dispose(): void;
  };
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  readonly dispose: () => void;
}

const BATCH = 2;
const FILTERS = 4;

/**
 * Makes a system of small networks, with the same weights in each process.
 *
 * @param options Options that every system has.
 */
export function webgpuSystem(name: WebGPUCase['system'], options: object): Trained {
  if (name === 'pix2pix') return pix2pix(options);
  if (name === 'CycleGAN') return cycleGAN(options);
  const spectral = name === 'SN-DCGAN-32';
  const penalized = name === 'WGAN-GP on DCGAN-28';
  const imageShape = spectral ? ([32, 32, 3] as const) : ([28, 28, 1] as const);
  const generator = dcganGenerator({ imageShape, filters: FILTERS, seed: 1 });
  const discriminator = dcganDiscriminator({
    ...{ imageShape, filters: FILTERS, dropout: 0, seed: 2 },
    normalization: 'none',
    spectralNorm: spectral,
  });
  const loss = spectral
    ? Losses.hinge()
    : penalized
      ? Losses.wasserstein()
      : Losses.nonSaturating();
  const gan = createGAN({
    ...{ generator, discriminator, loss, seed: 3 },
    penalty: penalized ? new GradientPenalty({ weight: 10, seed: 4 }) : [],
    criticSteps: 1,
    ...options,
  });
  return trained(gan, { real: [BATCH, ...imageShape] }, [generator, discriminator]);
}

/** Makes the smallest U-Net with dropout, of six levels. */
function pix2pix(options: object): Trained {
  const inputShape = [64, 64, 3] as const;
  const system = createPix2Pix({
    ...{ inputShape, seed: 3 },
    generatorOptions: { filters: FILTERS, downsamplings: 6 },
    discriminatorOptions: { filters: FILTERS },
    ...options,
  });
  const shape = [BATCH, ...inputShape];
  return trained(system, { a: shape, b: shape });
}

/** Makes a CycleGAN of the smallest images that its discriminators take. */
function cycleGAN(options: object): Trained {
  const inputShape = [24, 24, 3] as const;
  const system = createCycleGAN({
    ...{ inputShape, seed: 3 },
    generatorOptions: { filters: FILTERS, blocks: 2 },
    discriminatorOptions: { filters: FILTERS },
    ...options,
  });
  const shape = [BATCH, ...inputShape];
  return trained(system, { a: shape, b: shape });
}

function trained(
  system: unknown,
  shapes: Trained['shapes'],
  networks: readonly { dispose(): unknown }[] = [],
): Trained {
  const known = system as Trained['system'];
  const dispose = () => [known, ...networks].forEach((one) => void one.dispose());
  return { system: known, shapes, dispose };
}
