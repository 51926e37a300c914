import type { NamedTensorMap, Rank, Tensor } from '@tensorflow/tfjs-core';
import { tidy } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkTensor, fail } from '../../internal/check.js';
import { boolean } from '../../internal/option_kinds.js';
import { readOptions } from '../../internal/read_options.js';
import { checkInputs } from '../check_inputs.js';
import { withoutEffects } from '../modes/without_effects.js';
import { namedWeights } from './named_weights.js';
import { withReplacedWeights } from './replaced_weights.js';

/**
 * Evaluates a model as if its weights were the given tensors: `y = model(x; weights)`.
 *
 * The weights are ordinary tensors on the tape, so a gradient can flow through their computation, for
 * example through an optimizer's update or an average. The model's own weights are not changed, and
 * replaced ones are not read; running statistics and singular vectors do not change during the call.
 *
 * @param model A built model.
 * @param weights Tensors by path (see {@link namedWeights}). The model's own weight is used for a path
 *   that is not listed.
 * @param inputs The batch; a list for several inputs, in the order of `model.inputs`.
 * @param options `training`, default false.
 * @returns The model's output, or a list of several in the order of `model.outputs`:
 *   `functionalCall<Tensor[]>(…)`; the caller owns them.
 * @throws GanKitError for an unknown path, a tensor of another shape, or another number of inputs.
 *
 * **Differentiable:** to the same order as the model, in `inputs` and in `weights`.
 *
 * @example
 * ```ts
 * import { randomNormal, zeros } from '@tensorflow/tfjs-core';
 * import { layers, sequential } from '@tensorflow/tfjs-layers';
 * import { loadBackend } from 'gan-kit';
 * import { functionalCall } from 'gan-kit/layers';
 *
 * await loadBackend();
 * const model = sequential({ layers: [layers.dense({ units: 2, inputShape: [3], name: 'top' })] });
 * const y = functionalCall(model, { 'top/kernel': zeros([3, 2]) }, randomNormal([4, 3]));
 * ```
 */
export function functionalCall<R extends Rank = Rank>(
  model: LayersModel,
  weights: NamedTensorMap,
  inputs: Tensor | readonly Tensor[],
  options?: { readonly training?: boolean },
): Tensor<R>;
export function functionalCall<Outputs extends Tensor[]>(
  model: LayersModel,
  weights: NamedTensorMap,
  inputs: Tensor | readonly Tensor[],
  options?: { readonly training?: boolean },
): Outputs;
export function functionalCall(
  model: LayersModel,
  weights: NamedTensorMap,
  inputs: Tensor | readonly Tensor[],
  options: { readonly training?: boolean } = {},
): Tensor | Tensor[] {
  const where = 'functionalCall';
  const { training } = readOptions(where, options, { training: boolean({ default: false }) });
  if (typeof weights !== 'object' || weights === null)
    fail('type', where, 'weights', 'an object of tensors', weights);
  const variables = new Map(namedWeights(model).map(({ path, variable }) => [path, variable]));
  const replacements = Object.entries(weights).map(([path, value]) => {
    const variable = variables.get(path);
    if (variable === undefined)
      fail(
        'value',
        where,
        'weights',
        `keyed by paths of the model (${[...variables.keys()].join(', ')})`,
        path,
      );
    checkTensor(where, `weights['${path}']`, value, { shape: variable.shape });
    return [variable, value] as const;
  });
  const given: readonly unknown[] = Array.isArray(inputs) ? inputs : [inputs];
  checkInputs(where, 'inputs', model, given);
  const x = given.length === 1 ? given[0]! : [...given];
  const call = () => tidy(() => model.apply(x, { training }) as Tensor | Tensor[]);
  return withoutEffects([model], () => withReplacedWeights(replacements, call), { masks: 'draw' });
}
