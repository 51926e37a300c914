import type { layers } from '@tensorflow/tfjs-layers';

/**
 * The modules of a PyTorch network, for their names: an object has named children, a list is an
 * nn.Sequential, whose children are numbered, a text is the layer of ours that a module with weights
 * corresponds to, a {@link SharedModule} are several that share it, a {@link WholeMap} is a dense layer that
 * is a convolution there, and `null` is a module without weights.
 */
export type TorchModule =
  | string
  | SharedModule
  | WholeMap
  | null
  | readonly TorchModule[]
  | { readonly [child: string]: TorchModule };

/** A dense layer to or from a whole map, which PyTorch has as a convolution with a kernel of its size. */
export class WholeMap {
  constructor(
    readonly layer: string,
    /** The layer that makes a map of its output, or a vector of the map for it. */
    readonly shaper: string,
    /** Whether the map is what the dense layer makes or what it is given. */
    readonly side: 'output' | 'input',
  ) {}
}

/** Layers of ours that have the weights of one module between them. */
export class SharedModule {
  readonly layers: readonly string[];

  constructor(...layers: readonly string[]) {
    this.layers = layers;
  }
}

/** A family of networks: how its modules in PyTorch are named. */
export interface Architecture {
  /** The function that makes the model here. */
  readonly maker: string;
  /**
   * The modules of the network that a model corresponds to, then those that a file may have instead.
   *
   * @param has whether the model has a layer of that name.
   */
  layouts(has: (layer: string) => boolean): readonly TorchModule[];
  /**
   * Whether biases are absent from the reference: absent from a file they are zero, and while they are
   * zero they are not written.
   */
  readonly withoutBiases?: boolean;
  /** Whether a file may have modules without weights in between, which move the numbers behind them. */
  readonly movable?: boolean;
  /** Refuses a model that computes otherwise than the reference. */
  readonly check?: (where: string, layersByName: ReadonlyMap<string, layers.Layer>) => void;
}

/** How many of `name(0)`, `name(1)`, … there are before the first that is not. */
export function countLayers(
  has: (layer: string) => boolean,
  name: (index: number) => string,
): number {
  let count = 0;
  while (has(name(count))) count++;
  return count;
}

/** A layer of ours and the name of its module: `model.1`, `net.0`. */
export interface NamedModule {
  readonly layer: string;
  readonly module: string;
  readonly map?: WholeMap;
}

/** The layers of ours in a network, with the names of their modules. */
export function moduleNames(
  module: TorchModule,
  path: readonly string[] = [],
): readonly NamedModule[] {
  if (module === null) return [];
  if (module instanceof WholeMap)
    return [{ layer: module.layer, module: path.join('.'), map: module }];
  if (typeof module === 'string') return [{ layer: module, module: path.join('.') }];
  if (module instanceof SharedModule)
    return module.layers.map((layer) => ({ layer, module: path.join('.') }));
  // an array's keys are its indices
  return Object.entries(module).flatMap(([child, inner]) => moduleNames(inner, [...path, child]));
}
