import type { Tensor, serialization } from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import type { Shape } from '@tensorflow/tfjs-layers';
import { number } from '../internal/option_kinds.js';
import { leakyRectified } from '../gradients/broken_slope.js';
import { readLayerOptions } from './layer_options.js';
import { register } from './serialization/register_class.js';
import { onlyTensor } from './only_tensor.js';

/** Options of {@link leakyReLU}. */
export interface LeakyReLUOptions {
  /** The slope for negative values, in [0, 1]; default 0.2. */
  negativeSlope?: number;
  /** The layer's name. */
  name?: string;
}

/**
 * LeakyReLU: `y = x` where x > 0 and `y = a·x` elsewhere, computed as `x · step(x)` with step values 1
 * and a.
 *
 * In this form its gradient is a product too, so a gradient penalty can differentiate it again (the
 * second derivative of tfjs's own layer throws), and on wasm it is several times faster. The slope at
 * exactly 0 is a, as in torch.
 *
 * **Differentiable:** to any order, on every backend.
 *
 * @see Maas et al. 2013, "Rectifier Nonlinearities Improve Neural Network Acoustic Models"
 */
export class LeakyReLU extends layers.Layer {
  /** The name under which a saved model finds this class. */
  static readonly className = 'GanKitLeakyReLU';
  readonly negativeSlope: number;

  constructor(options: LeakyReLUOptions = {}) {
    const { negativeSlope } = readLayerOptions('leakyReLU', options, {
      negativeSlope: number({ min: 0, max: 1, default: 0.2 }),
    });
    super(options);
    this.negativeSlope = negativeSlope;
    register(LeakyReLU);
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
    return inputShape;
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    const x = onlyTensor('leakyReLU', inputs);
    return leakyRectified(x, this.negativeSlope);
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), negativeSlope: this.negativeSlope };
  }
}

/**
 * Makes a {@link LeakyReLU} layer.
 *
 * @param options `negativeSlope` in [0, 1], default 0.2.
 * @returns The layer.
 * @throws GanKitError if the slope is out of range.
 *
 * @example
 * ```ts
 * import { tensor1d } from '@tensorflow/tfjs-core';
 * import type { Tensor } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { leakyReLU } from 'gan-kit/layers';
 *
 * await loadBackend();
 * const y = leakyReLU({ negativeSlope: 0.25 }).apply(tensor1d([-4, 2])) as Tensor;
 * console.log(await y.data()); // → Float32Array(2) [ -1, 2 ]
 * ```
 */
export function leakyReLU(options: LeakyReLUOptions = {}): LeakyReLU {
  return new LeakyReLU(options);
}
