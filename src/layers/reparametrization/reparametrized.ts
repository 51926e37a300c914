import { clone, tidy } from '@tensorflow/tfjs-core';
import type { Tensor, serialization } from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import type { LayerVariable, Shape } from '@tensorflow/tfjs-layers';
import { fail } from '../../internal/check.js';
import { readOptions } from '../../internal/read_options.js';
import type { Option, OptionsOf, SchemaOf, WithoutOthers } from '../../internal/read_options.js';
import type { KernelLayout } from '../kernel_layouts.js';
import { deserializeLayer } from '../serialization/deserialize_layer.js';
import type { SerializedLayer } from '../serialization/deserialize_layer.js';
import { classesWithKernels, traitsOf } from '../traits.js';

/** Options of every layer that reparametrizes another one. */
export interface ReparametrizedOptions {
  /** The layer to wrap. */
  layer: layers.Layer;
  /** The layer's name; default: that of the wrapped layer, so that weights keep their names. */
  name?: string;
  /** Whether the wrapped layer's weights are trained; default: as that layer is set. */
  trainable?: boolean;
}

/** The options of every tfjs layer that a wrapper accepts, and those that tfjs adds from a config. */
const OF_TFJS = ['name', 'trainable', 'dtype', 'batchInputShape'];

/** The options that a wrapper reads itself. */
type Own<O> = Omit<O, 'name' | 'trainable'>;

/** Reads the options of a layer that reparametrizes another one. */
export const readWrapperOptions = <
  O extends ReparametrizedOptions,
  const S extends SchemaOf<Own<O>>,
>(
  where: string,
  options: O,
  schema: S & WithoutOthers<S, Own<O>>,
): OptionsOf<S> => readOptions<Own<O>, S>(where, options, schema, undefined, OF_TFJS);

/**
 * Reads the layer to wrap; refuses a layer of a class that cannot be wrapped.
 *
 * @param classes The names of the classes that can be wrapped; default all that have kernels.
 */
export const wrapped =
  (classes: readonly string[] = classesWithKernels()): Option<layers.Layer> =>
  (where, parameter, value) => {
    const layer = value as layers.Layer | null | undefined;
    if (typeof layer?.getClassName !== 'function') fail('type', where, parameter, 'a layer', layer);
    if (!classes.includes(layer.getClassName()))
      fail('value', where, parameter, `one of ${classes.join(', ')}`, layer.getClassName());
    return layer;
  };

/** A kernel of a wrapped layer. */
export interface ReparametrizedKernel {
  readonly layout: KernelLayout;
  /** The weight that an optimizer updates. */
  readonly variable: LayerVariable;
  /** Computes the tensor that replaces the kernel; in training, it may first update the vectors of the kernel. */
  effective(training: boolean): Tensor;
}

type Kwargs = Parameters<layers.Layer['call']>[1];

/** A layer that computes as another layer does, but with a function of each kernel in place of the kernel. */
export abstract class Reparametrized<Kernel extends ReparametrizedKernel> extends layers.Layer {
  /** The wrapped layer. */
  readonly layer: layers.Layer;
  /**
   * The kernels of the wrapped layer; empty until it is built.
   *
   * @internal
   */
  protected kernels: readonly Kernel[] = [];

  /** @param options Options that {@link readWrapperOptions} has checked. */
  protected constructor(options: ReparametrizedOptions) {
    const { layer } = options;
    const { name, trainable, batchInputShape, dtype } = layer;
    super({ name, trainable, batchInputShape, dtype, ...options });
    this.layer = layer;
    this.supportsMasking = layer.supportsMasking;
    this.activityRegularizer = layer.activityRegularizer;
  }

  /**
   * Makes the object that computes the replacement of a kernel; the wrapped layer is built.
   *
   * @internal
   */
  protected abstract kernelOf(layout: KernelLayout, variable: LayerVariable): Kernel;

  override build(inputShape: Shape | Shape[]): void {
    const { layer } = this;
    const isNew = !layer.built;
    if (isNew) {
      layer.build(inputShape);
      layer.built = true;
      if (layer.initialWeights) layer.setWeights(layer.initialWeights);
    }
    this.inputSpec = layer.inputSpec;
    this.trainableWeights = layer.weights;
    this.kernels = traitsOf(layer).kernels!.map((layout) =>
      this.kernelOf(layout, this.inner[layout.property]!),
    );
    this.start(isNew && !layer.initialWeights);
    this.built = true;
  }

  /**
   * Prepares the kernels for the start of training.
   *
   * @param drawn Whether their values were just drawn, not given.
   *
   * @internal
   */
  protected abstract start(drawn: boolean): void;

  override call(inputs: Tensor | Tensor[], kwargs: Kwargs): Tensor | Tensor[] {
    return tidy(() =>
      this.withReplacements(kwargs['training'] === true, () => this.layer.call(inputs, kwargs)),
    );
  }

  /**
   * Runs `fn` while the wrapped layer has the replacements of its kernels in their place; the caller frees them.
   *
   * @internal
   */
  withReplacements<T>(training: boolean, fn: () => T): T {
    try {
      for (const kernel of this.kernels) {
        const effective = kernel.effective(training);
        this.inner[kernel.layout.property] = { read: () => effective } as LayerVariable;
      }
      return fn();
    } finally {
      for (const { layout, variable } of this.kernels) this.inner[layout.property] = variable;
    }
  }

  /** Returns the wrapped layer as a record of its properties, because tfjs declares the kernels private. */
  private get inner(): Record<string, LayerVariable> {
    return this.layer as unknown as Record<string, LayerVariable>;
  }

  /**
   * Returns the kernels; throws if the layer is not built.
   *
   * @param where The calling method, for error messages.
   *
   * @internal
   */
  protected ready(where: string): readonly Kernel[] {
    if (this.kernels.length === 0)
      fail(
        'state',
        where,
        'this',
        'a layer that is built',
        this.name,
        'Add it to a model with a known input shape, or call it once.',
      );
    return this.kernels;
  }

  /**
   * Returns copies of the wrapped layer's weights, with the replacements of its kernels.
   *
   * @internal
   */
  protected effectiveWeightsOf(where: string): Tensor[] {
    const kernels = this.ready(where);
    return this.layer.weights.map((weight) => {
      const kernel = kernels.find(({ variable }) => variable === weight);
      return kernel?.effective(false) ?? clone(weight.read());
    });
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
    return this.layer.computeOutputShape(inputShape);
  }

  override computeMask(inputs: Tensor | Tensor[], mask?: Tensor | Tensor[]): Tensor | Tensor[] {
    return this.layer.computeMask(inputs, mask);
  }

  /** Returns the wrapped layer's regularizers. */
  override get losses(): layers.Layer['losses'] {
    return this.layer.losses;
  }

  override setFastWeightInitDuringBuild(value: boolean): void {
    super.setFastWeightInitDuringBuild(value);
    this.layer.setFastWeightInitDuringBuild(value);
  }

  /** Returns the config of the layer, with that of the wrapped layer, as tfjs saves it. */
  override getConfig(): serialization.ConfigDict {
    const { layer } = this;
    const config = layer.getConfig();
    // tfjs's separable convolution leaves it out, and a loaded layer would have kernels of another shape
    if ('depthMultiplier' in layer) config['depthMultiplier'] = layer.depthMultiplier as number;
    return { ...super.getConfig(), layer: { className: layer.getClassName(), config } };
  }

  /** Makes a layer from its config; tfjs calls this when it loads a model. */
  static override fromConfig<T extends serialization.Serializable>(
    layerClass: serialization.SerializableConstructor<T>,
    config: serialization.ConfigDict,
  ): T {
    const layer = deserializeLayer(layerClass.className, config['layer'] as SerializedLayer);
    const options = { ...config, layer } as Record<string, unknown>;
    delete options['customObjects']; // tfjs adds it
    return new layerClass(options);
  }
}
