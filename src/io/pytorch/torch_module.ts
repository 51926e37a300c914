/**
 * The modules of a PyTorch network, for their names: an object has named children, a list is an
 * nn.Sequential, whose children are numbered, a text is the layer of ours that a module with weights
 * corresponds to, a {@link Together} are several that share it, and `null` is a module without weights.
 */
export type TorchModule =
  string | Together | null | readonly TorchModule[] | { readonly [child: string]: TorchModule };

/** Layers of ours that have the weights of one module between them. */
export class Together {
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

/** The layers of ours in a network, with the names of their modules: `model.1`, `net.0`. */
export function moduleNames(
  module: TorchModule,
  path: readonly string[] = [],
): readonly { readonly layer: string; readonly module: string }[] {
  if (module === null) return [];
  if (typeof module === 'string') return [{ layer: module, module: path.join('.') }];
  if (module instanceof Together)
    return module.layers.map((layer) => ({ layer, module: path.join('.') }));
  // an array's keys are its indices
  return Object.entries(module).flatMap(([child, inner]) => moduleNames(inner, [...path, child]));
}
