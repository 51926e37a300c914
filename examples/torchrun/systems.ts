import type { TravellingArchitecture } from 'gan-kit/io';
import { hinge, nonSaturating } from 'gan-kit/losses';
import { dcganDiscriminator, dcganGenerator } from 'gan-kit/models';
import { createCycleGAN, createGAN, createPix2Pix } from 'gan-kit/training';
import type { System } from 'gan-kit/training';
import { DRAWINGS, SIZE } from './drawings.js';
import type { Drawings } from './drawings.js';

type AnySystem = System<object, object>;

/** A system of the example. */
export interface Choice {
  readonly make: (seed: number) => AnySystem;
  readonly architectures: Readonly<Record<string, TravellingArchitecture>>;
  readonly drawings: () => Readonly<Record<string, Drawings>>;
  /** Whether image k of one kind belongs to image k of the other. */
  readonly paired?: true;
  /** Options that continue.py needs besides. */
  readonly options?: string;
}

const imageShape = [SIZE, SIZE, 1] as const;
// odd kernels, the papers' own, are padded otherwise in PyTorch
const shape = { imageShape, filters: 16, kernelSize: 4 } as const;
const dcgan = { generator: 'dcgan', discriminator: 'dcgan' } as const;

function gan(seed: number, spectralNorm: boolean): AnySystem {
  return createGAN({
    generator: dcganGenerator({ ...shape, latentSize: 32, seed }),
    discriminator: dcganDiscriminator({ ...shape, spectralNorm, seed }),
    loss: spectralNorm ? hinge() : nonSaturating(),
    ema: { decay: 0.99 },
    seed,
  });
}

/** The systems by name. */
export const SYSTEMS = {
  dcgan: {
    make: (seed) => gan(seed, false),
    ...{ architectures: dcgan, drawings: DRAWINGS.gan },
  },
  'sn-dcgan': {
    make: (seed) => gan(seed, true),
    ...{ architectures: dcgan, drawings: DRAWINGS.gan },
  },
  pix2pix: {
    make: (seed) =>
      createPix2Pix({
        inputShape: imageShape,
        generatorOptions: { filters: 8, downsamplings: 5 },
        discriminatorOptions: { filters: 8, layers: 2 },
        seed,
      }),
    architectures: { generator: 'unet', discriminator: 'patch' },
    drawings: DRAWINGS.pairs,
    paired: true,
    options: '--dropout 0.5',
  },
  cyclegan: {
    make: (seed) =>
      createCycleGAN({
        inputShape: imageShape,
        generatorOptions: { filters: 8, blocks: 3 },
        discriminatorOptions: { filters: 8, layers: 2 },
        seed,
      }),
    architectures: {
      ...{ generatorAB: 'resnet', generatorBA: 'resnet' },
      ...{ discriminatorA: 'patch', discriminatorB: 'patch' },
    },
    drawings: DRAWINGS.domains,
  },
} as const satisfies Readonly<Record<string, Choice>>;

export type SystemName = keyof typeof SYSTEMS;
