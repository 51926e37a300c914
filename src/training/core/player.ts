import type { NamedTensorMap, Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkTensor, fail } from '../../internal/check.js';
import { withoutEffects } from '../../layers/modes/without_effects.js';
import { namedWeights } from '../../layers/weights/named_weights.js';
import { withReplacedWeights } from '../../layers/weights/replaced_weights.js';

/** A network as a step calls it: in training mode, with its conditions after x. */
export interface Player {
  /**
   * Runs the network with batch statistics and dropout; running averages move. Of several outputs it returns the first.
   *
   * @param x The first input of the network.
   * @param condition Its other inputs, in their order; row i of each belongs to row i of x.
   */
  (x: Tensor, ...condition: readonly Tensor[]): Tensor;
  /** Does the same and returns all outputs, in their order. */
  outputs(x: Tensor, ...condition: readonly Tensor[]): readonly Tensor[];
  /** The name under which the recipe lists the network. */
  readonly name: string;
  readonly model: LayersModel;
  /**
   * Runs the network to judge another player: running statistics and singular vectors of all layers stay
   * unchanged; gradients flow, and dropout draws new masks.
   */
  still(x: Tensor, ...condition: readonly Tensor[]): Tensor;
  /**
   * Returns the same network at other weights; gradients flow through them to their origin. Running
   * statistics and singular vectors stay unchanged.
   *
   * @param weights By path, see {@link namedWeights}; the network's own weights stand in for omitted ones.
   */
  at(weights: NamedTensorMap): Player;
}

/** Makes the player of a network. */
export function playerOf(name: string, model: LayersModel): Player {
  const outputs = (x: Tensor, ...condition: readonly Tensor[]) => apply(model, x, condition);
  const run = (x: Tensor, ...condition: readonly Tensor[]) => outputs(x, ...condition)[0]!;
  const still = (x: Tensor, ...condition: readonly Tensor[]) =>
    withoutEffects([model], () => run(x, ...condition), { masks: 'draw' });
  const at = (weights: NamedTensorMap): Player => playerAt(name, model, weights);
  return named(name, Object.assign(run, { outputs, model, still, at }));
}

/** Makes the player of a network at other weights. */
function playerAt(name: string, model: LayersModel, weights: NamedTensorMap): Player {
  const variables = new Map(namedWeights(model).map(({ path, variable }) => [path, variable]));
  const replacements = Object.entries(weights).map(([path, value]) => {
    const variable = variables.get(path);
    if (variable === undefined)
      fail('value', `${name}.at`, 'weights', `keyed by paths of weights of ${name}`, path);
    checkTensor(`${name}.at`, `weights['${path}']`, value, { shape: variable.shape });
    return [variable, value] as const;
  });
  const outputs = (x: Tensor, ...condition: readonly Tensor[]) =>
    withoutEffects(
      [model],
      () => withReplacedWeights(replacements, () => apply(model, x, condition)),
      { masks: 'draw' },
    );
  const run = (x: Tensor, ...condition: readonly Tensor[]) => outputs(x, ...condition)[0]!;
  const at = (others: NamedTensorMap): Player => playerAt(name, model, { ...weights, ...others });
  return named(name, Object.assign(run, { outputs, model, still: run, at }));
}

function apply(model: LayersModel, x: Tensor, condition: readonly Tensor[]): Tensor[] {
  const inputs = condition.length === 0 ? x : [x, ...condition];
  return [model.apply(inputs, { training: true })].flat() as Tensor[];
}

/** Replaces the built-in name of a function. */
const named = (name: string, player: Omit<Player, 'name'>): Player =>
  Object.defineProperty(player, 'name', { value: name }) as Player;
