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
   * The bytes of `weights-inception-2015-12-05-6726825d.pth`, which torch-fidelity and pytorch-fid publish,
   * or of a .safetensors file with the same tensors; or the `URL` of such a file, which is then fetched.
   */
  weights: Uint8Array | ArrayBuffer | { readonly href: string };
  /**
   * Range of the pixel values: `'bytes'` from 0 to 255; `'signed'` from −1 to 1, as generators with tanh
   * make them. There is no default: a wrong range gives a wrong score and no error.
   */
  pixels: PixelRange;
  /**
   * Conversion of values to whole bytes, as in an image file: `'round'`, the default, as when a PNG is
   * written; `'truncate'`, as in torch-fidelity's example; `'none'` leaves values unchanged.
   */
  quantize?: Quantization;
  /**
   * Number of images in one pass of the network, an integer from 1 on; default 8. The event loop runs
   * after each batch; a batch of 8 takes about 2 s on wasm.
   */
  batchSize?: number;
}

/** The outputs of {@link InceptionFeatures} for N images; the caller owns both. */
export interface InceptionOutputs {
  /** Features [N, 2048], for FID, KID, precision and recall. */
  readonly features: Tensor2D;
  /** Logits [N, 1008], W·f without the bias, for the Inception Score, as in torch-fidelity. */
  readonly logits: Tensor2D;
}

/** The network of FID, KID and the Inception Score with its weights, made by {@link inceptionFeatures}. */
export class InceptionFeatures {
  /** Name of the features, for {@link scoreNames}: scores are called FID or KID only with the published weights. */
  readonly name: InceptionName;
  /** The whole network, with four more outputs; see `inceptionV3`. */
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
   * Computes features and logits of images of any size.
   *
   * @param images [N, height, width, 3], float32, or int32 for `'bytes'`. They stay alive.
   * @returns Features and logits, N rows each; the caller owns them.
   * @throws GanKitError if the images have another shape or dtype, or no pixels.
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
 * Makes the network that computes the features and logits of FID, KID and the Inception Score, from the
 * weights of 2015.
 *
 * Images of any size are converted to whole bytes, resized to 299×299 as in TensorFlow 1 (bilinear, without
 * antialiasing) and scaled to `(x − 128)/128`; the network is that of `inceptionV3`. Features equal those of
 * torch-fidelity within 1e-4. Resizing with antialiasing, as in clean-fid, gives other scores.
 *
 * gan-kit contains no weights, and downloads them only if you pass a URL. `name` is `'inception-v3-2015'` if
 * the file has the SHA-256 of the published one. With any other file, or if SHA-256 is not available, as on
 * insecure pages in browsers, it is `'inception-v3'`. {@link scoreNames} turns it into names of scores.
 *
 * @param options `weights` and `pixels`; `quantize` (default `'round'`), `batchSize` (default 8, which needs
 *   about 100 MB besides the weights).
 * @returns The network; call its `dispose()` in the end.
 * @throws GanKitError if the file is damaged or of another network: the error lists every missing weight,
 *   every unexpected one and every one of another shape; if an option is out of range.
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
