import { tensor4d, tidy } from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { withFrozenStatistics } from 'gan-kit';
import type { StateArray } from 'gan-kit';
import { loadStateDict } from 'gan-kit/io';
import { resnetGenerator, unetGenerator } from 'gan-kit/models';
import { networkOf } from './network_of.js';
import type { Network } from './network_of.js';
import type { Picture } from './picture.js';
import type { Mode } from './settings.js';

/** The channels that a picture may have. */
const CHANNELS = [1, 3];

/** A generator that translates pictures. */
export class Translator {
  private constructor(
    readonly network: Network,
    private readonly model: LayersModel,
  ) {}

  /**
   * Builds the generator that the names and shapes are of, and loads its weights.
   *
   * @param ignoreStatistics Whether running statistics of instance norms are ignored, which are refused otherwise.
   */
  static from(
    stateDict: Readonly<Record<string, StateArray>>,
    ignoreStatistics = false,
  ): Translator {
    const network = networkOf(stateDict);
    for (const side of ['inputChannels', 'outputChannels'] as const)
      if (!CHANNELS.includes(network[side]))
        throw new Error(
          `The generator must have pictures of 1 or 3 channels. Received: ${network[side]}.`,
        );
    const model = modelOf(network);
    try {
      loadStateDict({
        ...{ model, stateDict, architecture: network.architecture },
        instanceStatistics: ignoreStatistics ? 'ignore' : 'refuse',
      });
    } catch (error) {
      model.dispose();
      throw error;
    }
    return new Translator(network, model);
  }

  /** Translates a picture. */
  async translate({ width, height, channels, values }: Picture, mode: Mode): Promise<Picture> {
    const made = tidy(() => {
      const x = tensor4d(values, [1, height, width, channels]);
      return mode === 'of training'
        ? (this.model.predict(x) as Tensor4D)
        : withFrozenStatistics(() => this.model.apply(x, { training: true }) as Tensor4D);
    });
    try {
      const [, h, w, c] = made.shape;
      return { width: w, height: h, channels: c, values: (await made.data()) as Float32Array };
    } finally {
      made.dispose();
    }
  }

  dispose(): void {
    this.model.dispose();
  }
}

function modelOf(network: Network): LayersModel {
  const { filters, inputChannels, outputChannels, normalization } = network;
  // pictures of any size
  const shared = {
    inputShape: [null, null, inputChannels] as const,
    outputChannels,
    filters,
    normalization,
  };
  if (network.architecture === 'unet')
    return unetGenerator({ ...shared, downsamplings: network.downsamplings });
  const { blocks, padding, hasDropout } = network;
  return resnetGenerator({ ...shared, blocks, padding, dropout: hasDropout ? 0.5 : 0 });
}
