import { clone, engine, memory, tidy } from '@tensorflow/tfjs-core';
import type { Tensor, serialization } from '@tensorflow/tfjs-core';
import { input, layers } from '@tensorflow/tfjs-layers';
import type { LayersModel, Shape, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { recomputed } from '../gradients/recomputed.js';
import { checkNumber, fail } from '../internal/check.js';
import { memoryBudget } from '../internal/memory_budget.js';
import type { Option } from '../internal/read_options.js';
import { innerLayers } from './inner_layers.js';
import { readLayerOptions } from './layer_options.js';
import { replayedCall } from './modes/replayed_call.js';
import { deserializeLayer } from './serialization/deserialize_layer.js';
import type { SerializedLayer } from './serialization/deserialize_layer.js';
import { register } from './serialization/register_class.js';
import { traitsOf } from './traits.js';
import type { LayerVariable } from './weights/named_weights.js';

type Layer = layers.Layer;
type Kwargs = Parameters<Layer['call']>[1];

/** Options of {@link recompute}. */
export interface RecomputeOptions {
  /** A layer, a model, or a list of layers that follow one another. */
  layers: Layer | readonly Layer[];
  /**
   * The bytes of all tensors below which the layers keep their results, as without the wrapper; default 0: they always run
   * again. With `'auto'` it is what the backend can hold: 2.5 GiB on wasm, whose heap ends at 4 GiB, and on a processor
   * at most three quarters of the memory that the machine has left (in a page half of all); without limit on a GPU.
   */
  budget?: number | 'auto';
  /** The layer's name; default: that of a single wrapped layer, else one that tfjs makes. */
  name?: string;
  /** Whether the weights inside are trained; default: as each layer is set. */
  trainable?: boolean;
}

/**
 * Layers that run again in the backward pass, and keep only their input until then.
 *
 * `y = f(x)`, as without the wrapper. A gradient needs the intermediate results of f, and tfjs keeps all
 * of them from the forward pass on. Here the tape keeps x; the backward pass computes f(x) again when it
 * arrives there, takes the gradient and frees the results. For a network of k such pieces memory
 * contains k inputs and the intermediate results of one piece. The cost is one more forward pass.
 *
 * The second run repeats the first: {@link Dropout} draws the same masks, power iteration starts from
 * the same vectors, and weights have the values that they had. The running statistics and singular
 * vectors that the layers write are written once. Outputs and first-order gradients are the same, bit
 * for bit. A gradient of a gradient recomputes as well, so that a gradient penalty needs less memory
 * too; its sums are rounded in another order.
 *
 * A layer of your own may depend on its input and its weights. Its random numbers are repeated if it has
 * a `position` and a `seek`, like {@link Dropout}.
 *
 * If no gradient is being computed, as in `predict`, the layers run normally. So they do as long as the tensors in memory
 * are below the `budget`.
 *
 * Paths of weights ({@link namedWeights}, checkpoints) and their names in tfjs's files are the same as
 * without the wrapper, so that weights can be loaded with and without it. Masking is not supported.
 *
 * **Differentiable:** to the same order as the layers, in the input and in all weights.
 *
 * @see Chen et al. 2016, arXiv 1604.06174
 */
export class Recompute extends layers.Layer {
  /** The name under which a saved model finds this class. */
  static readonly className = 'GanKitRecompute';
  /** The wrapped layers, in the order in which they run. */
  readonly layers: readonly Layer[];
  private readonly budget: number | 'auto';

  constructor(options: RecomputeOptions) {
    const { layers: list, budget } = readLayerOptions('recompute', options, {
      layers: repeatable,
      budget: bytes,
    });
    const { name, batchInputShape, dtype } = list[0]!;
    const shape = batchInputShape ?? (list[0] as Partial<LayersModel>).inputs?.[0]?.shape;
    super({
      ...(list.length === 1 ? { name } : {}),
      ...(shape === undefined ? {} : { batchInputShape: shape, dtype }),
      ...options,
    });
    this.layers = list;
    this.budget = budget;
    if (options.trainable === false) this.trainable = false;
    register(Recompute);
  }

  override build(inputShape: Shape | Shape[]): void {
    const shapes = (Array.isArray(inputShape[0]) ? inputShape : [inputShape]) as Shape[];
    let x = shapes.map((batchShape) => input({ batchShape }));
    for (const layer of this.layers) {
      if (isModel(layer) && !layer.built) layer.build(inputShape); // a model's shapes are fixed already
      // a model has its weights already; `apply` makes a layer's, and counts one more user, for `dispose`
      x = isModel(layer)
        ? layer.outputs
        : listOf(layer.apply(oneOf(x)) as SymbolicTensor | SymbolicTensor[]);
      for (const weight of layer.weights) forgetScope(weight, layer.name);
    }
    this.built = true;
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
    return this.layers.reduce((shape, layer) => layer.computeOutputShape(shape), inputShape);
  }

  override call(inputs: Tensor | Tensor[], kwargs: Kwargs): Tensor {
    const xs = listOf(inputs);
    const run = (xs: Tensor[]) => this.run(xs, kwargs);
    if (!engine().isTapeOn() || this.hasRoom()) return tidy(() => run(xs));
    return tidy(() => {
      const { weights } = this;
      const replay = replayedCall(this.layers, weights);
      // copies, because the call may write to the weights
      const values = weights.map((weight) => clone(weight.read()));
      const again = (...all: Tensor[]) =>
        replay(all.slice(xs.length), () => run(all.slice(0, xs.length)));
      return recomputed(again, [...xs, ...values], () => run(xs));
    });
  }

  private hasRoom(): boolean {
    if (this.budget === 0) return false;
    return memory().numBytes < (this.budget === 'auto' ? memoryBudget() : this.budget);
  }

  /** Runs one layer after the other, and disposes of each intermediate tensor once the next layer has run. */
  private run(inputs: Tensor[], kwargs: Kwargs): Tensor {
    const held = new Set<Tensor>([...inputs, ...this.weights.map((weight) => weight.read())]);
    let x = inputs;
    for (const layer of this.layers) {
      const y = layer.apply(oneOf(x), { ...kwargs }) as Tensor | Tensor[];
      for (const one of x) if (!held.has(one)) one.dispose();
      x = listOf(y);
    }
    if (x.length !== 1) fail('shape', 'recompute', 'layers', 'layers with one output', x);
    return x[0]!;
  }

  override get trainable(): boolean {
    return super.trainable;
  }

  override set trainable(trainable: boolean) {
    super.trainable = trainable;
    for (const layer of this.layers) layer.trainable = trainable;
  }

  override get trainableWeights(): LayerVariable[] {
    return this.trainable ? this.layers.flatMap((layer) => layer.trainableWeights) : [];
  }

  override get nonTrainableWeights(): LayerVariable[] {
    const still = this.layers.flatMap((layer) => layer.nonTrainableWeights);
    if (this.trainable) return still;
    return [...this.layers.flatMap((layer) => layer.trainableWeights), ...still];
  }

  /** Returns the regularizers of all layers inside. */
  override get losses(): Layer['losses'] {
    return this.layers.flatMap((layer) => layer.losses);
  }

  override setFastWeightInitDuringBuild(value: boolean): void {
    super.setFastWeightInitDuringBuild(value);
    for (const layer of this.layers) layer.setFastWeightInitDuringBuild(value);
  }

  protected override disposeWeights(): number {
    return this.layers
      .map((layer) => layer.dispose().numDisposedVariables)
      .reduce((sum, count) => sum + count, 0);
  }

  override getConfig(): serialization.ConfigDict {
    const serialized = this.layers.map((layer) => ({
      className: layer.getClassName(),
      config: layer.getConfig(),
    }));
    return { ...super.getConfig(), layers: serialized, budget: this.budget };
  }

  /** Makes a layer from its config; tfjs calls this when it loads a model. */
  static override fromConfig<T extends serialization.Serializable>(
    layerClass: serialization.SerializableConstructor<T>,
    config: serialization.ConfigDict,
  ): T {
    const serialized = config['layers'] as SerializedLayer[];
    const inside = serialized.map((layer) => deserializeLayer<Layer>('recompute', layer));
    const options = { ...config, layers: inside } as Record<string, unknown>;
    return new layerClass(options);
  }
}

/** Returns a list of one or several tensors; tfjs passes one tensor without a list. */
const listOf = <T>(tensors: T | T[]): T[] => (Array.isArray(tensors) ? tensors : [tensors]);
/** Returns the only tensor of a list, or the list, as tfjs expects it. */
const oneOf = <T>(tensors: T[]): T | T[] => (tensors.length === 1 ? tensors[0]! : tensors);

/** Returns whether a layer is a model; only a model has the property `outputs`. */
const isModel = (layer: Layer): layer is LayersModel => 'outputs' in layer;

/**
 * Removes the names of outer layers from a weight's name. tfjs puts the names of all layers that are being built
 * in front, `outer/conv1/kernel`; without the wrapper, or in a loaded model, the weight is called `conv1/kernel`.
 */
function forgetScope(weight: LayerVariable, layer: string): void {
  const parts = weight.originalName.split('/');
  const name = parts.slice(Math.max(0, parts.lastIndexOf(layer))).join('/');
  (weight as { originalName: string }).originalName = name;
}

interface Drawing {
  readonly rate?: number;
  readonly seed?: number | null;
  readonly dropout?: number;
  readonly recurrentDropout?: number;
  /** The cell of a recurrent layer, which has the rates. */
  readonly cell?: Drawing;
}

/** Reads a number of bytes, or 'auto'. */
const bytes: Option<number | 'auto'> = (where, parameter, value = 0) => {
  if (value !== 'auto') checkNumber(where, parameter, value, { min: 0 });
  return value;
};

/** Reads one layer or a list; refuses a layer whose second call would not repeat the first. */
const repeatable: Option<readonly Layer[]> = (where, parameter, value) => {
  const list: readonly Layer[] = Array.isArray(value) ? value : [value];
  if (list.length === 0 || list.some((layer) => typeof layer?.getClassName !== 'function'))
    fail('type', where, parameter, 'a layer, a model or an array of them', value);
  list.forEach(checkRepeatable);
  return list;
};

/** Refuses a layer whose second call would not repeat the first. */
function checkRepeatable(layer: Layer): void {
  const name = layer.getClassName();
  const { rate = 0, seed, cell } = layer as Drawing;
  const { dropout, recurrentDropout } = cell ?? (layer as Drawing);
  const { draws: kind } = traitsOf(layer);
  const masks = kind === 'masks by seed' && rate > 0 && !seed;
  const draws = kind === 'uncounted' || masks || !!dropout || !!recurrentDropout;
  if (draws || layer.stateful)
    fail(
      'value',
      'recompute',
      'layers',
      'layers whose calls can be repeated',
      `${name} ${layer.name}`,
      draws
        ? 'It draws random numbers that cannot be drawn again; use dropout of gan-kit/layers.'
        : 'A stateful recurrent layer changes its state with every call.',
    );
  for (const inner of innerLayers(layer)) checkRepeatable(inner);
}

/**
 * Wraps layers in {@link Recompute}: they keep only their input and run again in the backward pass.
 *
 * Cut a network into pieces of about the same size. Memory is smallest with about as many pieces as the
 * square root of the number of layers. One piece around the whole network saves nothing while its own
 * gradient is computed.
 *
 * @param layers A layer, a model, or a list of layers that follow one another. Weights are shared,
 *   not copied; layers of an existing model may be wrapped.
 * @param options `budget` ≥ 0 in bytes or `'auto'` (default 0), `name` (default: that of a single layer), `trainable`.
 * @returns The layer, for `tf.sequential`, `apply` or another model.
 * @throws GanKitError if there is no layer, or a call of a layer cannot be repeated: random layers of
 *   tfjs without a seed, stateful recurrent layers.
 *
 * @example
 * ```ts
 * import { sequential } from '@tensorflow/tfjs-layers';
 * import { loadBackend } from 'gan-kit';
 * import { recompute } from 'gan-kit/layers';
 * import { dcganDiscriminator } from 'gan-kit/models';
 *
 * await loadBackend();
 * const { layers } = dcganDiscriminator({ imageShape: [64, 64, 3], filters: 4 });
 * // the same network, the same weights, less memory
 * const critic = sequential({
 *   layers: [recompute(layers.slice(0, 2)), recompute(layers.slice(2, 5)), recompute(layers.slice(5))],
 * });
 * ```
 *
 * @see Chen et al. 2016, "Training Deep Nets with Sublinear Memory Cost", arXiv 1604.06174
 */
export function recompute(
  layers: RecomputeOptions['layers'],
  options: Omit<RecomputeOptions, 'layers'> = {},
): Recompute {
  return new Recompute({ ...options, layers });
}
