import { concat, dispose, slice, tidy } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { model as modelOf } from '@tensorflow/tfjs-layers';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { checkTensor, fail } from '../../internal/check.js';
import { integer, oneOf } from '../../internal/option_kinds.js';
import { pace } from '../../internal/pace.js';
import { readOptions } from '../../internal/read_options.js';
import { weightsFile } from '../weights_file.js';
import { readInception } from './inception_weights.js';
import { prepareInceptionImages } from './prepare_inception_images.js';
import type { PixelRange, Quantization } from './prepare_inception_images.js';
import type { InceptionName } from './score_names.js';

/** Options of {@link inceptionFeatures}. */
export interface InceptionFeaturesOptions {
  /**
   * The bytes of `weights-inception-2015-12-05-6726825d.pth`, as torch-fidelity and pytorch-fid publish
   * it, or of the same tensors in a .safetensors file; or the `URL` of one, which is then fetched.
   */
  weights: Uint8Array | ArrayBuffer | { readonly href: string };
  /**
   * What values the images have: `'bytes'` from 0 to 255, `'signed'` from −1 to 1, as generators with
   * tanh make them. There is no default: a wrong one gives a wrong score and no error.
   */
  pixels: PixelRange;
  /**
   * How values become whole bytes, as an image file holds them: `'round'`, the default, what is written
   * to a PNG; `'truncate'`, as torch-fidelity's example does; `'none'`: not.
   */
  quantize?: Quantization;
  /**
   * How many images go through the network at a time, an integer from 1 on; default 8. The event loop
   * is free after each batch; on wasm one of 8 takes some 2 s.
   */
  batchSize?: number;
}

/** What {@link InceptionFeatures} has of N images; the caller owns both. */
export interface InceptionOutputs {
  /** [N, 2048], for FID, KID, precision and recall. */
  readonly features: Tensor2D;
  /** [N, 1008], W·f without the bias, for the Inception Score: what torch-fidelity takes for it. */
  readonly logits: Tensor2D;
}

/** The network of FID, KID and the Inception Score with its weights; {@link inceptionFeatures} makes it. */
export class InceptionFeatures {
  /** What the features are, for {@link scoreNames}: FID and its like only with the published weights. */
  readonly name: InceptionName;
  /** The whole network, with four features more; see `inceptionV3`. */
  readonly network: LayersModel;
  private readonly part: LayersModel;

  /** @internal */
  constructor(
    { network, name }: { network: LayersModel; name: InceptionName },
    private readonly pixels: PixelRange,
    private readonly quantize: Quantization,
    private readonly batchSize: number,
  ) {
    this.name = name;
    this.network = network;
    const outputs = ['2048', 'logits_unbiased'].map(
      (layer) => network.getLayer(layer).output as SymbolicTensor,
    );
    this.part = modelOf({ inputs: network.inputs, outputs });
  }

  /**
   * Features and logits of images of any size.
   *
   * @param images [N, height, width, 3], float32, or int32 of bytes. They stay alive.
   * @returns Features and logits, N rows each, which the caller owns.
   * @throws GanKitError if the images have another shape or dtype.
   */
  async extract(images: Tensor): Promise<InceptionOutputs> {
    const where = 'InceptionFeatures.extract';
    const whole = this.pixels === 'bytes' && (images as Tensor | undefined)?.dtype === 'int32';
    checkTensor(where, 'images', images, {
      shape: [null, null, null, 3],
      dtype: whole ? 'int32' : 'float32',
      advice: 'Grey images are to have their channel three times: `concat([x, x, x], 3)`.',
    });
    const count = images.shape[0];
    if (images.size === 0) fail('shape', where, 'images', 'of one pixel or more', images);
    const turn = pace();
    const parts: Tensor2D[][] = [];
    try {
      for (let start = 0; start < count; start += this.batchSize) {
        parts.push(this.batch(images as Tensor4D, start, Math.min(this.batchSize, count - start)));
        await turn();
      }
      const [features, logits] = tidy(() =>
        [0, 1].map((output) => concat(parts.map((part) => part[output]!))),
      );
      return { features: features!, logits: logits! };
    } finally {
      dispose(parts);
    }
  }

  private batch(images: Tensor4D, start: number, count: number): Tensor2D[] {
    return tidy(() => {
      const some = slice(images, start, count);
      const prepared = prepareInceptionImages(some, this.pixels, this.quantize);
      return this.part.predict(prepared, { batchSize: count }) as Tensor2D[];
    });
  }

  /** Frees the weights, 96 MB; the network cannot be used afterwards. */
  dispose(): void {
    this.network.dispose();
  }
}

/**
 * The features and logits behind FID, KID and the Inception Score, from the weights of 2015.
 *
 * Images of any size become whole bytes, are resized to 299×299 as TensorFlow 1 did it (bilinear,
 * without antialiasing) and scaled to `(x − 128)/128`; the network is that of `inceptionV3`. Features
 * equal torch-fidelity's within 1e-4. Resizing with antialiasing, as clean-fid does, gives other scores.
 *
 * Nothing is downloaded by itself: the weights are yours to bring. `name` is `'inception-v3-2015'` if
 * the file is the published one, by its SHA-256, and `'inception-v3'` with any other; {@link scoreNames}
 * makes of it what scores may be called.
 *
 * @param options `weights` and `pixels`; `quantize` (default `'round'`), `batchSize` (default 8: some
 *   100 MB beside the weights).
 * @returns The network; `dispose()` it in the end.
 * @throws GanKitError if the file is damaged or of another network: it lists every missing and
 *   unexpected weight and every other shape; if an option is out of range.
 *
 * **Differentiable:** no.
 *
 * @example
 * ```ts no-run
 * import { readFile } from 'node:fs/promises';
 * import { randomUniform } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { FeatureStatistics, inceptionFeatures } from 'gan-kit/metrics';
 *
 * await loadBackend();
 * const weights = await readFile('weights-inception-2015-12-05-6726825d.pth');
 * const inception = await inceptionFeatures({ weights, pixels: 'signed' });
 * const statistics = new FeatureStatistics();
 * const { features, logits } = await inception.extract(randomUniform([16, 32, 32, 3], -1, 1));
 * await statistics.update(features);
 * features.dispose();
 * logits.dispose();
 * ```
 *
 * @see Heusel et al. 2017, arXiv 1706.08500; Parmar et al. 2022, arXiv 2104.11222, on resizing
 */
export async function inceptionFeatures(
  options: InceptionFeaturesOptions,
): Promise<InceptionFeatures> {
  const where = 'inceptionFeatures';
  const { weights, pixels, quantize, batchSize } = readOptions(where, options, {
    weights: weightsFile(),
    pixels: oneOf(['bytes', 'signed']),
    quantize: oneOf(['round', 'truncate', 'none'], { default: 'round' }),
    batchSize: integer({ min: 1, default: 8 }),
  });
  return new InceptionFeatures(await readInception(where, weights), pixels, quantize, batchSize);
}
