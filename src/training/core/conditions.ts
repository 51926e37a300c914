import { cast } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkTensor, fail } from '../../internal/check.js';

/**
 * What samples are conditioned on: labels, images, any tensors of which row i belongs to sample i; a list in the
 * order of the networks' inputs after the first.
 */
export type Condition = Tensor | readonly Tensor[];

/** Samples with what each of them is conditioned on. */
export interface Conditioned {
  readonly x: Tensor;
  readonly condition: readonly Tensor[];
}

/** The condition of networks that take none. */
const NONE: readonly Tensor[] = [];

/** Samples of networks that take no condition. */
export const unconditioned = (x: Tensor): Conditioned => ({ x, condition: NONE });

/** A condition as a list. */
export const conditionsOf = (condition: Condition | undefined): readonly Tensor[] =>
  condition === undefined ? NONE : Array.isArray(condition) ? condition : [condition as Tensor];

/** How many conditions a network takes: its inputs after the first. */
export const conditionCount = (model: LayersModel): number => model.inputs.length - 1;

/**
 * Gives a network the conditions that it takes of those of a batch: all, or none; each of the dtype of its input,
 * since int32 labels beside float32 latents are joined wrong, or not at all, on some backends.
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

/** Refuses conditions that networks do not take, or that do not have a row for each sample. */
export function checkConditions(
  where: string,
  parameter: string,
  conditions: readonly unknown[],
  models: readonly LayersModel[],
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
