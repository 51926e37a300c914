import { tensor1d, gather, slice, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { fail } from '../../internal/check.js';
import type { RandomStream } from '../../internal/random.js';
import { arrayFrom, checkState } from '../../internal/state.js';
import { functionalCall } from '../../layers/weights/functional_call.js';
import type { SavedState, Stateful } from '../../types.js';
import { adaGANWeights } from './ada_gan_weights.js';
import type { AdaGANWeighting } from './ada_gan_weights.js';
import { RowDraw } from './row_draw.js';

/** Number of samples that a classifier judges at once. */
const ROWS = 1024;

/** A training set whose samples have weights, equal ones at first. */
export class DataWeights implements Stateful {
  private weights: Float32Array;
  private draw: RowDraw;

  constructor(private readonly samples: Tensor) {
    const count = samples.shape[0];
    this.weights = new Float32Array(count).fill(1 / count);
    this.draw = new RowDraw(this.weights);
  }

  /** Returns a copy of the weights, whose sum is 1. */
  get values(): Float32Array {
    return this.weights.slice();
  }

  /** Draws samples by their weights, independently of each other; the caller owns them. */
  weighted(count: number, stream: RandomStream): Tensor {
    return this.rows(this.draw.rows(count, stream));
  }

  /** Draws samples whatever their weights; the caller owns them. */
  any(count: number, stream: RandomStream): Tensor {
    return this.rows(stream.integerValues(count, this.weights.length));
  }

  private readonly rows = (which: Int32Array): Tensor =>
    tidy(() => gather(this.samples, tensor1d(which, 'int32')));

  /**
   * Weighs all samples anew, with h = (1 − D)/(D + 10⁻⁸), D = σ(logit) a classifier's probability of data.
   *
   * @returns λ, and the share of samples of weight 0.
   */
  async weigh(
    classifier: LayersModel,
    share: number,
    weighting: AdaGANWeighting,
  ): Promise<{ lambda: number | undefined; covered: number }> {
    const count = this.weights.length;
    const ratios = new Float64Array(count);
    for (let first = 0; first < count; first += ROWS) {
      const logits = tidy(() => {
        const rows = slice(this.samples, first, Math.min(ROWS, count - first));
        return functionalCall(classifier, {}, rows);
      });
      const values = await logits.data().finally(() => logits.dispose());
      values.forEach((logit, i) => {
        const data = 1 / (1 + Math.exp(-logit));
        ratios[first + i] = (1 - data) / (data + 1e-8);
      });
    }
    const { weights, lambda } = adaGANWeights({ ratios, share, weighting });
    this.weights = Float32Array.from(weights);
    this.draw = new RowDraw(this.weights);
    return { lambda, covered: weights.filter((one) => one === 0).length / count };
  }

  /** Returns a copy of the weights. */
  async state(): Promise<SavedState> {
    const data = this.values;
    return { values: {}, arrays: { weights: { shape: [data.length], data } } };
  }

  /** Restores weights of as many samples. */
  async restore(state: SavedState): Promise<void> {
    const where = 'AdaGAN.restore';
    checkState(where, state);
    const { data } = arrayFrom(where, state, 'weights', [this.weights.length]);
    const weights = Float32Array.from(data);
    if (!weights.every((one) => one >= 0) || !weights.some((one) => one > 0))
      fail('state', where, "state.arrays['weights']", 'numbers of 0 or more, some above 0', data);
    this.weights = weights;
    this.draw = new RowDraw(weights);
  }
}
