import { add, mul, sub, div, slice, tensor1d, tidy } from '@tensorflow/tfjs-core';
import type { Rank, Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkOptions, checkTensor, fail } from '../../internal/check.js';
import { checkBackend } from '../../internal/check_backend.js';
import { integer, interval, oneOf } from '../../internal/option_kinds.js';
import { readOptions } from '../../internal/read_options.js';
import type { Option } from '../../internal/read_options.js';
import { LPIPS_PLANS } from '../../models/lpips_backbone.js';
import type { LPIPSBackbone } from '../../models/lpips_backbone.js';
import { weightsFile } from '../weights_file.js';
import type { WeightsFile } from '../weights_file.js';
import { scoresOf } from './image_pairs.js';
import type { ImageScores } from './image_pairs.js';
import { readBackbone, readLinear } from './lpips_weights.js';
import { perceptualDistance } from './perceptual_distance.js';
import type { TensorPairs } from './perceptual_distance.js';

/** Options of {@link lpipsNetwork}. */
export interface LPIPSNetworkOptions {
  /** Classifier whose features are compared: `'alex'`, which lpips uses for scores, or `'vgg'`. */
  network: LPIPSBackbone;
  /**
   * Weights of the classifier: the state_dict of torchvision's `alexnet` or `vgg16`, a .pth or .safetensors
   * file, with or without its `classifier`.
   */
  backbone: WeightsFile;
  /** Linear layers of lpips, version 0.1: `lpips/weights/v0.1/alex.pth` or `vgg.pth` of its package. */
  linear: WeightsFile;
  /** Values of a black and of a white pixel; default [−1, 1], as in lpips. */
  range?: readonly [low: number, high: number];
  /** Number of pairs in one pass of the network, an integer from 1 on; default 4. */
  batchSize?: number;
}

/** The means of ImageNet's colours, for pixels between −1 and 1; `SCALE` has their standard deviations. */
const SHIFT = [-0.03, -0.088, -0.188];
const SCALE = [0.458, 0.448, 0.45];
const EPSILON = 1e-10;
/** The distance by which rounding and resizing may take a value out of the range, as a fraction of its size. */
const SLACK = 1e-3;

/** The LPIPS network with its weights, made by {@link lpipsNetwork}. */
export class LPIPSNetwork {
  /** The part of the classifier with the five compared layers as outputs; it takes prepared images. */
  readonly backbone: LayersModel;
  /** The weights w of each layer. */
  readonly weights: readonly Float32Array[];

  /** @internal */
  constructor(
    readonly name: LPIPSBackbone,
    parts: { backbone: LayersModel; weights: readonly Float32Array[] },
    private readonly range: readonly [number, number],
    private readonly batchSize: number,
  ) {
    this.backbone = parts.backbone;
    this.weights = parts.weights;
  }

  /**
   * Computes the distance of each pair of images, as `lpips.LPIPS(net=…)` does.
   *
   * @param pairs `target` and `prediction`, [N, height, width, 3], float32, with values within `range`; at
   *   least 31×31 pixels for `'alex'`, 16×16 for `'vgg'`. They stay alive.
   * @returns The distance of each pair, 0 or more, and their mean.
   * @throws GanKitError if shapes differ, images are too small, or a value is out of the range.
   */
  async distance(pairs: TensorPairs): Promise<ImageScores> {
    const where = 'LPIPSNetwork.distance';
    checkOptions(where, pairs, ['target', 'prediction'], 'pairs');
    const { target, prediction } = pairs;
    checkTensor(where, 'target', target, { shape: [null, null, null, 3] });
    checkTensor(where, 'prediction', prediction, { shape: target.shape });
    const [count, height, width] = target.shape;
    const { smallest } = LPIPS_PLANS[this.name];
    if (count < 1 || Math.min(height, width) < smallest)
      fail('shape', where, 'target', `one image or more, from ${smallest}×${smallest} on`, target);
    for (const [name, images] of Object.entries({ target, prediction }))
      await this.checkValues(where, name, images);

    const values = new Float64Array(count);
    const { weights } = this;
    const extractor = (images: Tensor4D) => this.features(images);
    for (let start = 0; start < count; start += this.batchSize) {
      const size = Math.min(this.batchSize, count - start);
      const some = {
        target: slice<Rank.R4, Tensor4D>(target, start, size),
        prediction: slice<Rank.R4, Tensor4D>(prediction, start, size),
      };
      try {
        const scores = await perceptualDistance(some, { extractor, weights, epsilon: EPSILON });
        values.set(scores.values, start);
      } finally {
        some.target.dispose();
        some.prediction.dispose();
      }
    }
    return scoresOf(values);
  }

  /** Frees the weights of the classifier; the network cannot be used afterwards. */
  dispose(): void {
    this.backbone.dispose();
  }

  /** Computes the features of `((x − low)·2/(high − low) − 1 − shift) / scale`. */
  private features(images: Tensor4D): Tensor[] {
    const [low, high] = this.range;
    return tidy(() => {
      const signed = add(mul(images, 2 / (high - low)), -1 - (2 * low) / (high - low));
      const prepared = div(sub(signed, tensor1d(SHIFT)), tensor1d(SCALE));
      return this.backbone.predict(prepared, { batchSize: images.shape[0] }) as Tensor[];
    });
  }

  private async checkValues(where: string, name: string, images: Tensor): Promise<void> {
    const [low, high] = this.range;
    const slack = SLACK * (high - low);
    const data = await images.data();
    const bad = data.findIndex((value) => !(value >= low - slack && value <= high + slack));
    if (bad >= 0)
      fail(
        ...(['value', where, name, `of values between ${low} and ${high}`, data[bad]] as const),
        'Images of other values take another `range`: [0, 1], [0, 255].',
      );
  }
}

/** The schema of the options of {@link lpipsNetwork} that are not files. */
export const LPIPS_NETWORK: {
  readonly network: Option<LPIPSBackbone>;
  readonly range: Option<readonly [number, number]>;
  readonly batchSize: Option<number>;
} = {
  network: oneOf(['alex', 'vgg']),
  range: interval({ default: [-1, 1] }),
  batchSize: integer({ min: 1, default: 4 }),
};

/**
 * Makes the LPIPS network: a distance of images that was learned from people's judgements.
 *
 * `d(x, y) = Σₗ meanᵢⱼ Σ_c wₗ_c (x̂ₗᵢⱼ_c − ŷₗᵢⱼ_c)²` over five layers of AlexNet or VGG16, as
 * `perceptualDistance` computes it. Pixels are scaled from `range` to [−1, 1], then to `(x − shift)/scale`
 * with shift (−0.03, −0.088, −0.188) and scale (0.458, 0.448, 0.45) for red, green and blue, as in lpips;
 * images are not resized. Distances equal those of the Python package lpips, version 0.1 of its weights.
 *
 * gan-kit contains no weights, and downloads them only if you pass a URL. Distances with different
 * classifiers are not comparable; papers report those of `'alex'`.
 *
 * @param options `network`, `backbone` and `linear`; `range` (default [−1, 1]), `batchSize` (default 4).
 * @returns The network; call its `dispose()` in the end.
 * @throws GanKitError if a file is damaged or of another network: the error lists missing and unexpected
 *   weights; if an option is out of range.
 *
 * **Differentiable:** no.
 *
 * @example
 * ```ts no-run
 * import { readFile } from 'node:fs/promises';
 * import { randomUniform } from '@tensorflow/tfjs-core';
 * import type { Tensor4D } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { lpipsNetwork } from 'gan-kit/metrics';
 *
 * await loadBackend();
 * const lpips = await lpipsNetwork({
 *   network: 'alex',
 *   backbone: await readFile('alexnet-owt-7be5be79.pth'),
 *   linear: await readFile('lpips/weights/v0.1/alex.pth'),
 * });
 * const target = randomUniform([2, 64, 64, 3], -1, 1) as Tensor4D;
 * const prediction = randomUniform([2, 64, 64, 3], -1, 1) as Tensor4D;
 * const { mean } = await lpips.distance({ target, prediction });
 * console.log(mean);
 * ```
 *
 * @see Zhang, Isola, Efros, Shechtman and Wang 2018, arXiv 1801.03924
 */
export async function lpipsNetwork(options: LPIPSNetworkOptions): Promise<LPIPSNetwork> {
  const where = 'lpipsNetwork';
  const { network, backbone, linear, range, batchSize } = readOptions(where, options, {
    ...LPIPS_NETWORK,
    backbone: weightsFile(),
    linear: weightsFile(),
  });
  checkBackend(where);
  const weights = await readLinear(where, network, linear);
  const parts = { backbone: await readBackbone(where, network, backbone), weights };
  return new LPIPSNetwork(network, parts, range, batchSize);
}
