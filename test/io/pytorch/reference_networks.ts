import { tensor } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { fill } from '../../../bench/hash.js';
import { patchDiscriminator } from '../../../src/models/patch_discriminator.js';
import { pixelDiscriminator } from '../../../src/models/pixel_discriminator.js';
import { resnetGenerator } from '../../../src/models/resnet_generator.js';
import { unetGenerator } from '../../../src/models/unet_generator.js';
import { fixture } from '../../helpers/fixtures.js';

/** A network of the reference repository with files of its weights. */
export interface ReferenceNetwork {
  readonly name: string;
  readonly architecture: keyof typeof MAKERS;
  readonly options: {
    readonly inputShape: [number, number, number];
    /** Whether its instance norms tracked statistics, as before PyTorch 0.4. */
    readonly tracked?: boolean;
    readonly spectralKeys?: 'hook' | 'parametrization';
  };
  readonly pth: Uint8Array;
  readonly safetensors: Uint8Array;
  readonly picture: { readonly shape: number[]; readonly values: Float32Array };
}

type Written = Omit<ReferenceNetwork, 'pth' | 'safetensors' | 'picture'> &
  Record<'pth' | 'safetensors', string> & { picture: { shape: number[]; values: string } };

/** Works in Node and in browsers. */
function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

const MAKERS = {
  resnet: resnetGenerator,
  unet: unetGenerator,
  patch: patchDiscriminator,
  pixel: pixelDiscriminator,
} as const;

export const NETWORKS: readonly ReferenceNetwork[] = Object.keys(MAKERS).flatMap((architecture) =>
  fixture<{ cases: Written[] }>(`torch_weights_${architecture}`).cases.map((written) => ({
    ...written,
    pth: bytesOf(written.pth),
    safetensors: bytesOf(written.safetensors),
    picture: {
      shape: written.picture.shape,
      values: new Float32Array(bytesOf(written.picture.values).buffer),
    },
  })),
);

export function network(name: string): ReferenceNetwork {
  return NETWORKS.find((one) => one.name === name)!;
}

/** The model here, with weights of its own. */
export function modelOf(
  { architecture, options }: Pick<ReferenceNetwork, 'architecture' | 'options'>,
  others: Record<string, unknown> = {},
): LayersModel {
  const { tracked, spectralKeys, ...shared } = options;
  void tracked; // our instance norm never does
  const make = MAKERS[architecture] as (args: never) => LayersModel;
  const spectral = spectralKeys === undefined ? {} : { spectralNorm: true };
  return make({ ...shared, ...spectral, seed: 9, ...others } as never);
}

/** What the reference's picture was made from. */
export function imageOf({ options: { inputShape } }: ReferenceNetwork): Tensor {
  const size = inputShape.reduce((a, b) => a * b, 1);
  return tensor(fill(size, 1611, 1), [1, ...inputShape]);
}
