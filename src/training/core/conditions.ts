import { cast } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkTensor, fail } from '../../internal/check.js';

/**
 * The condition of samples: labels, images or any tensors whose row i belongs to sample i; a list follows the
 * order of the networks' inputs after the first.
 */
export type Condition = Tensor | readonly Tensor[];

/** Samples with their conditions. */
export interface Conditioned {
  readonly x: Tensor;
  readonly condition: readonly Tensor[];
}

/** A network's inputs, as far as their shapes go. */
export interface Takes {
  readonly inputs: readonly { readonly shape: readonly (number | null)[] }[];
}

/** The conditions of an unconditioned network. */
const NONE: readonly Tensor[] = [];

/** Wraps samples for networks without conditions. */
export const unconditioned = (x: Tensor): Conditioned => ({ x, condition: NONE });

/** Returns a condition as a list. */
export const conditionsOf = (condition: Condition | undefined): readonly Tensor[] =>
  condition === undefined ? NONE : Array.isArray(condition) ? condition : [condition as Tensor];

/** Counts the conditions that a network takes: its inputs after the first. */
export const conditionCount = (model: Takes): number => model.inputs.length - 1;

/**
 * Selects the conditions of a batch that a network takes, all or none, each cast to the dtype of its input: some
 * backends cannot join int32 labels with float32 latents, or do it wrong.
 */
export const conditionsFor = (
  model: LayersModel,
  condition: readonly Tensor[],
): readonly Tensor[] =>
  conditionCount(model) === 0
    ? NONE
    : condition.map((one, i) => {
        const { dtype } = model.inputs[i + 1]!;
        return one.dtype === dtype ? one : cast(one, dtype);
      });

/** Refuses conditions that networks do not take, or that lack a row for each sample. */
export function checkConditions(
  where: string,
  parameter: string,
  conditions: readonly unknown[],
  models: readonly Takes[],
  count: number,
): void {
  const wanted = Math.max(...models.map(conditionCount));
  if (conditions.length !== wanted) {
    const rule =
      wanted === 0
        ? 'omitted: the networks take none of it'
        : `${wanted} ${wanted === 1 ? 'tensor' : 'tensors'}, one for each further input of the networks`;
    fail('value', where, parameter, rule, `${conditions.length} conditions`);
  }
  for (const model of models.filter((one) => conditionCount(one) > 0))
    conditions.forEach((condition, i) => {
      const [, ...sizes] = model.inputs[i + 1]!.shape;
      const name = wanted === 1 ? parameter : `${parameter}[${i}]`;
      checkTensor(where, name, condition, { shape: [count, ...sizes], dtype: 'any' });
    });
}
