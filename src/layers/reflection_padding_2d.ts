import type { Tensor, serialization } from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import type { Shape } from '@tensorflow/tfjs-layers';
import { checkNumber, fail } from '../internal/check.js';
import { custom, oneOf } from '../internal/option_kinds.js';
import { padByMirror } from '../ops/mirror_pad.js';
import { readLayerOptions } from './layer_options.js';
import { register } from './serialization/register_class.js';
import { onlyTensor } from './only_tensor.js';

type Side = readonly [before: number, after: number];
type Padding2D = readonly [rows: Side, columns: Side];

/** Options of {@link reflectionPadding2d}. */
export interface ReflectionPadding2DOptions {
  /**
   * The number of pixels on every side, or `[[top, bottom], [left, right]]`; less than the image has in `'reflect'`
   * mode, at most as many in `'symmetric'`.
   */
  padding:
    | number
    | readonly [readonly [top: number, bottom: number], readonly [left: number, right: number]];
  /**
   * The position of the mirror. `'reflect'` (the default) mirrors at the border pixel and does not repeat it.
   * `'symmetric'` mirrors beside the border pixel and repeats it; with one pixel it equals PyTorch's ReplicationPad2d.
   */
  mode?: 'reflect' | 'symmetric';
  /** The layer's name. */
  name?: string;
  /** `[height, width, channels]`, for the first layer of a model. */
  inputShape?: number[];
}

/**
 * Padding of images with their own mirror image.
 *
 * In `'reflect'` mode `y[i] = x[|i − top|]` along the rows, and `x[2(h − 1) − (i − top)]` beyond the other
 * end; then the same along the columns. With zero padding instead, the zeros are visible at the border of
 * generated images.
 *
 * Input `[batch, height, width, channels]`, output `[batch, top + height + bottom, left + width + right,
 * channels]`. There are no weights.
 *
 * **Differentiable:** to any order, on every backend. (The gradient of `tf.mirrorPad` drops the
 * contribution of the mirrored pixels.)
 */
export class ReflectionPadding2D extends layers.Layer {
  /** The name under which a saved model finds this class. */
  static readonly className = 'GanKitReflectionPadding2D';
  readonly padding: ReflectionPadding2DOptions['padding'];
  readonly mode: 'reflect' | 'symmetric';

  constructor(options: ReflectionPadding2DOptions) {
    const { padding, mode } = readLayerOptions('reflectionPadding2d', options, {
      padding: custom(checkPadding),
      mode: oneOf(['reflect', 'symmetric'], { default: 'reflect' }),
    });
    super(options);
    this.padding = padding;
    this.mode = mode;
    register(ReflectionPadding2D);
  }

  private get sides(): Padding2D {
    const { padding } = this;
    if (typeof padding !== 'number') return padding;
    return [
      [padding, padding],
      [padding, padding],
    ];
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
    const shape = inputShape as Shape;
    if (shape.length !== 4) this.refuse('inputShape', shape);
    const room = this.mode === 'reflect' ? 1 : 0;
    const sizes = this.sides.map(([before, after], i) => {
      const size = shape[i + 1]!;
      if (size === null) return null;
      if (Math.max(before, after) + room > size) this.refuse('inputShape', shape);
      return before + size + after;
    });
    return [shape[0]!, ...sizes, shape[3]!];
  }

  private refuse(parameter: string, received: unknown): never {
    const least = this.sides.map((side) => Math.max(...side) + (this.mode === 'reflect' ? 1 : 0));
    const rule = `[batch, height, width, channels] of ${least.join(' × ')} or more pixels`;
    fail('shape', 'reflectionPadding2d', parameter, rule, received);
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    const x = onlyTensor('reflectionPadding2d', inputs);
    this.computeOutputShape(x.shape); // refuses images that are too small
    return padByMirror(x, [[0, 0], ...this.sides, [0, 0]], this.mode);
  }

  override getConfig(): serialization.ConfigDict {
    const padding = this.padding as serialization.ConfigDictValue;
    return { ...super.getConfig(), padding, mode: this.mode };
  }
}

function checkPadding(
  where: string,
  parameter: string,
  padding: unknown,
): asserts padding is number | Padding2D {
  if (typeof padding === 'number')
    return checkNumber(where, parameter, padding, { integer: true, min: 0 });
  const pair = (value: unknown): value is unknown[] => Array.isArray(value) && value.length === 2;
  const count = (value: unknown) => Number.isInteger(value) && (value as number) >= 0;
  if (!pair(padding) || !padding.every((side) => pair(side) && side.every(count)))
    fail('value', where, parameter, 'an integer >= 0 or [[top, bottom], [left, right]]', padding);
}

/**
 * Makes a {@link ReflectionPadding2D} layer.
 *
 * @param options `padding`, and `mode` (default `'reflect'`).
 * @returns The layer.
 * @throws GanKitError if an option is out of range, or at a call, if an image is too small.
 *
 * @example
 * ```ts
 * import { tensor4d } from '@tensorflow/tfjs-core';
 * import type { Tensor } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { reflectionPadding2d } from 'gan-kit/layers';
 *
 * await loadBackend();
 * const row = tensor4d([1, 2, 3], [1, 1, 3, 1]);
 * const y = reflectionPadding2d({ padding: [[0, 0], [2, 1]] }).apply(row) as Tensor;
 * console.log(await y.data()); // → Float32Array(6) [ 3, 2, 1, 2, 3, 2 ]
 * ```
 *
 * @see Zhu et al. 2017, arXiv 1703.10593, appendix 7.2
 */
export function reflectionPadding2d(options: ReflectionPadding2DOptions): ReflectionPadding2D {
  return new ReflectionPadding2D(options);
}
