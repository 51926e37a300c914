import type { LayersModel } from '@tensorflow/tfjs-layers';
import { fail } from '../../internal/check.js';
import { namedWeights } from '../../layers/weights/named_weights.js';
import type { LayerVariable } from '../../layers/weights/named_weights.js';
import type { SavedState, StateArray } from '../../types.js';
import { ARCHITECTURES } from '../pytorch/architectures/by_name.js';
import type { PlannedWeight } from '../pytorch/layer_plan.js';
import { countsOf, theirsOf } from '../pytorch/layouts.js';
import { planWeights } from '../pytorch/weight_plan.js';
import type { WeightPlan } from '../pytorch/weight_plan.js';
import type { SpectralKeys } from '../pytorch/weight_rules.js';
import { inParameterOrder } from './parameter_order.js';

/** The name of an architecture whose parameters have a known order in PyTorch. */
export type TravellingArchitecture = 'dcgan' | 'unet' | 'resnet' | 'patch' | 'pixel';

const TRAVELLING: readonly TravellingArchitecture[] = ['dcgan', 'unet', 'resnet', 'patch', 'pixel'];

/** A parameter that an optimizer moves. */
export interface Parameter {
  /** The name in PyTorch. */
  readonly key: string;
  /** The path of our weight in its model. */
  readonly path: string;
  readonly weight: PlannedWeight;
}

/** A network of a system, and how PyTorch names and orders its weights. */
export interface NetworkLayout {
  readonly name: string;
  readonly architecture: TravellingArchitecture;
  readonly model: LayersModel;
  readonly plan: WeightPlan;
  readonly paths: ReadonlyMap<LayerVariable, string>;
  /** The parameters in the order of `module.parameters()`. */
  readonly parameters: readonly Parameter[];
}

/** A network, and what it is in PyTorch. */
interface NetworkChoice {
  readonly name: string;
  readonly model: LayersModel;
  readonly architecture: unknown;
  readonly keys: SpectralKeys;
}

/**
 * Lays out a network; refuses an architecture whose parameters have no known order.
 *
 * @param parameter Where the architecture is given, for messages.
 */
export function networkLayout(
  where: string,
  parameter: string,
  { name, model, architecture, keys }: NetworkChoice,
): NetworkLayout {
  const known = TRAVELLING.find((one) => one === architecture);
  if (known === undefined)
    fail('value', where, parameter, `one of ${TRAVELLING.join(', ')}`, architecture);
  const [plan] = planWeights(where, model, ARCHITECTURES[known], [keys]);
  const paths = new Map(namedWeights(model).map(({ path, variable }) => [variable, path]));
  const trained = new Set<LayerVariable>(model.trainableWeights);
  const byKey = new Map(
    plan!.weights
      .filter(({ variable }) => trained.has(variable))
      .map((weight) => [weight.key, weight]),
  );
  const parameters = inParameterOrder([...byKey.keys()]).map((key): Parameter => {
    const weight = byKey.get(key)!;
    return { key, path: paths.get(weight.variable)!, weight };
  });
  return { name, architecture: known, model, plan: plan!, paths, parameters };
}

/** Returns weights by path as the state_dict of a network, zero biases included. */
export function stateDictOf(
  { plan, paths }: NetworkLayout,
  arrays: SavedState['arrays'],
): ReadonlyMap<string, StateArray> {
  const ours = (variable: LayerVariable) => arrays[paths.get(variable)!]!.data as Float32Array;
  return theirsOf(plan, ours, countsOf(plan), 'write');
}
