import { sum, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import type { Shape } from '@tensorflow/tfjs-layers';
import { onlyTensor } from './only_tensor.js';
import { register } from './serialization/register_class.js';

/** Sums each channel over all pixels: [batch, height, width, channels] to [batch, channels]. */
export class GlobalSumPooling2D extends layers.Layer {
  static readonly className = 'GanKitGlobalSumPooling2D';

  constructor(options: { name?: string } = {}) {
    super(options);
    register(GlobalSumPooling2D);
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
    const [batch, , , channels] = inputShape as Shape;
    return [batch!, channels!];
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    const x = onlyTensor('globalSumPooling2d', inputs);
    return tidy(() => sum(x, [1, 2]));
  }
}
