import { tidy } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { initializers, layers } from '@tensorflow/tfjs-layers';
import type { LayerVariable, Shape } from '@tensorflow/tfjs-layers';
import { fail } from '../internal/check.js';
import { hostNumber } from '../internal/host_input.js';
import { lerp } from '../ops/lerp.js';
import { readLayerOptions } from './layer_options.js';
import { register } from './serialization/register_class.js';

/** Options of {@link Fade}. */
export interface FadeOptions {
  /** The layer's name. */
  name?: string;
}

/**
 * `y = (1 − t) a + t b` of two inputs `[a, b]` of one shape, for a network that grows: b is what it computed
 * before, and t falls from 1 to 0.
 *
 * t is a weight that is not trained, a number on the device: it is in states and saved models, and an average of
 * weights takes it over.
 *
 * @see Karras et al. 2018, arXiv 1710.10196, figure 2
 */
export class Fade extends layers.Layer {
  /** The name under which a saved model finds this class. */
  static readonly className = 'GanKitFade';
  private t!: LayerVariable;

  constructor(options: FadeOptions = {}) {
    readLayerOptions('fade', options, {});
    super(options);
    register(Fade);
  }

  override build(): void {
    this.t = this.addWeight('t', [], 'float32', initializers.zeros(), undefined, false);
    this.built = true;
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
    const [a, b, ...others] = inputShape as Shape[];
    if (!Array.isArray(b) || others.length > 0 || a!.join() !== b.join())
      fail('shape', 'fade', 'inputShape', 'two shapes that are equal', inputShape);
    return a!;
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    const [a, b] = inputs as [Tensor, Tensor];
    return tidy(() => lerp(a, b, this.t.read() as Scalar));
  }

  /** Sets t, in [0, 1]; a function returns it anew when a recorded step is made again. */
  assign(t: number | (() => number)): void {
    const value = hostNumber(typeof t === 'function' ? t : () => t);
    this.t.write(value);
    value.dispose();
  }
}
