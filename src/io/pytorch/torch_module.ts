import type { layers } from '@tensorflow/tfjs-layers';
import type { LayerRule } from './weight_rules.js';

/**
 * The modules of a PyTorch network, which give the names of its weights:
 * - an object has named children;
 * - a list is an nn.Sequential, whose children are numbered;
 * - a text is the layer of ours that corresponds to a module with weights;
 * - a {@link SharedModule} stands for several layers of ours that share one module's weights;
 * - a {@link WholeMap} is a dense layer to or from a feature map;
 * - a {@link PartOfLayer} has some of the weights of a layer of ours;
 * - `null` is a module without weights.
 */
export type TorchModule =
  | string
  | SharedModule
  | WholeMap
  | PartOfLayer
  | null
  | readonly TorchModule[]
  | { readonly [child: string]: TorchModule };

/**
 * A dense layer to or from a whole feature map. In PyTorch it is a convolution with a kernel of the map's size, or
 * a linear layer that counts the map by channel, height and width.
 */
export class WholeMap {
  constructor(
    readonly layer: string,
    /** The layer that turns the output of the dense layer into a map, or a map into its input. */
    readonly shaper: string,
    /** The side of the dense layer on which the map is. */
    readonly side: 'output' | 'input',
    /** The layer in PyTorch. */
    readonly kind: 'convolution' | 'linear' = 'convolution',
  ) {}
}

/** Layers of ours that share the weights of one module. */
export class SharedModule {
  readonly layers: readonly string[];

  constructor(...layers: readonly string[]) {
    this.layers = layers;
  }
}

/** A module with some of the weights of a layer of ours; other modules have the others. */
export class PartOfLayer {
  constructor(
    readonly layer: string,
    /** The names and layouts of the weights that this module has. */
    readonly rule: LayerRule,
  ) {}
}

/** A family of networks, with the names of its modules in PyTorch. */
export interface Architecture {
  /** The function that makes the model here. */
  readonly maker: string;
  /**
   * Lists the modules of the network that a model corresponds to, then others that a file may have instead.
   *
   * @param has Returns whether the model has a layer of that name.
   */
  layouts(
    has: (layer: string) => boolean,
    layersByName: ReadonlyMap<string, layers.Layer>,
  ): readonly TorchModule[];
  /**
   * Whether the reference has no biases: a bias that is missing from a file is zero, and a bias of zeros is not
   * written.
   */
  readonly withoutBiases?: boolean;
  /**
   * Whether a file may contain more modules without weights, which shift the numbers of the modules after them.
   */
  readonly movable?: boolean;
  /** Whether the reference scales weights in use: a layer in `equalizedLearningRate` then counts as one. */
  readonly equalized?: boolean;
  /** Layers whose weights the reference does not store. */
  readonly unstored?: readonly string[];
  /** Refuses a model whose results would differ from the reference's. */
  readonly check?: (where: string, layersByName: ReadonlyMap<string, layers.Layer>) => void;
}

/** Counts the layers `name(0)`, `name(1)`, … before the first that does not exist. */
export function countLayers(
  has: (layer: string) => boolean,
  name: (index: number) => string,
): number {
  let count = 0;
  while (has(name(count))) count++;
  return count;
}

/** A layer of ours and the name of its module, for example `model.1` or `net.0`. */
export interface NamedModule {
  readonly layer: string;
  readonly module: string;
  readonly map?: WholeMap;
  /** The rule of the module, if it is not that of the layer. */
  readonly rule?: LayerRule;
}

/** Lists our layers in a network, with the names of their modules. */
export function moduleNames(
  module: TorchModule,
  path: readonly string[] = [],
): readonly NamedModule[] {
  if (module === null) return [];
  if (module instanceof WholeMap)
    return [{ layer: module.layer, module: path.join('.'), map: module }];
  if (module instanceof PartOfLayer)
    return [{ layer: module.layer, module: path.join('.'), rule: module.rule }];
  if (typeof module === 'string') return [{ layer: module, module: path.join('.') }];
  if (module instanceof SharedModule)
    return module.layers.map((layer) => ({ layer, module: path.join('.') }));
  // an array's keys are its indices
  return Object.entries(module).flatMap(([child, inner]) => moduleNames(inner, [...path, child]));
}
