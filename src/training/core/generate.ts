import { tidy } from '@tensorflow/tfjs-core';
import type { NamedTensorMap, Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkTensor } from '../../internal/check.js';
import { installKernels } from '../../kernels/install.js';
import { functionalCall } from '../../layers/weights/functional_call.js';
import { checkConditions, conditionsFor, conditionsOf } from './conditions.js';
import type { Condition } from './conditions.js';

/** The input of a generator. */
export interface GeneratorInput {
  readonly latents: Tensor;
  readonly condition?: Condition | undefined;
  /** Weights by path; the generator's own by default. */
  readonly weights?: NamedTensorMap;
}

/** Runs a generator at inference: running statistics, no dropout. */
export function generate(
  where: string,
  generator: LayersModel,
  { latents, condition, weights = {} }: GeneratorInput,
): Tensor {
  checkTensor(where, 'latents', latents, { shape: generator.inputs[0]!.shape });
  const given = conditionsOf(condition);
  checkConditions(where, 'condition', given, [generator], latents.shape[0]);
  installKernels();
  return tidy(() =>
    functionalCall(generator, weights, [latents, ...conditionsFor(generator, given)]),
  );
}
