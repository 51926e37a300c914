import { add, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { initializers, layers } from '@tensorflow/tfjs-layers';
import type { LayerVariable, Shape } from '@tensorflow/tfjs-layers';
import { readLayerOptions } from './layer_options.js';
import { register } from './serialization/register_class.js';
import { onlyTensor } from './only_tensor.js';

/** Options of {@link Bias}. */
export interface BiasOptions {
  /** The layer's name. */
  name?: string;
  /** Whether the bias is trained; default true. */
  trainable?: boolean;
}

/** A layer `y = x + b`, for a network that outputs values with and without the bias. */
export class Bias extends layers.Layer {
  /** The name under which a saved model finds this class. */
  static readonly className = 'GanKitBias';
  private bias!: LayerVariable;

  constructor(options: BiasOptions = {}) {
    readLayerOptions('bias', options, {});
    super(options);
    register(Bias);
  }

  override build(inputShape: Shape | Shape[]): void {
    const channels = (inputShape as Shape).at(-1) as number;
    this.bias = this.addWeight('bias', [channels], 'float32', initializers.zeros());
    this.built = true;
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
    return inputShape;
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    return tidy(() => add(onlyTensor('bias', inputs), this.bias.read()));
  }
}
