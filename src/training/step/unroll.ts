import { grads, tidy } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Variable } from '@tensorflow/tfjs-core';
import { namedWeights } from '../../layers/weights/named_weights.js';
import type { Player } from '../core/player.js';
import type { SlotOptimizer } from '../optimizers/slot_optimizer.js';

/**
 * Moves a player ahead on the tape, without changing it: `steps` steps of its optimizer, from its weights, moments and
 * count of steps. Gradients flow through all of them to whatever the loss was computed from.
 *
 * @param loss The loss that the player would minimize, at the given weights.
 * @returns The player at the weights after the last step.
 */
export function unroll(
  player: Player,
  optimizer: SlotOptimizer<string>,
  steps: number,
  loss: (at: Player) => Scalar,
): Player {
  const { model } = player;
  const trained = namedWeights(model).filter(({ variable }) =>
    model.trainableWeights.includes(variable),
  );
  const at = (values: readonly Tensor[]) =>
    player.at(Object.fromEntries(trained.map(({ path }, i) => [path, values[i]!])));
  const variables = trained.map(({ variable }) => variable.read() as Variable);
  let values: Tensor[] = variables.map((variable) => variable.clone());
  let slots = variables.map((variable) => optimizer.slotsOf(variable));
  for (let step = 1; step <= steps; step++) {
    const rule = optimizer.rule(optimizer.iterations + step);
    const gradients = tidy(() => grads((...values: Tensor[]) => loss(at(values)))(values));
    const after = values.map((value, i) => rule({ value, slots: slots[i]! }, gradients[i]!));
    values = after.map(({ value }) => value);
    slots = after.map((one) => one.slots);
  }
  return at(values);
}
