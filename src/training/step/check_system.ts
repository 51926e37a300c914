import type { Optimizer } from '@tensorflow/tfjs-core';
import type { layers, LayersModel } from '@tensorflow/tfjs-layers';
import { checkNumber, checkOptions, fail } from '../../internal/check.js';
import type { AdversarialLoss, Penalty } from '../../types.js';
import { holdsBatchNorm } from './holds_batch_norm.js';

/** A network, and the parameter that it was passed as. */
export type NamedModel = readonly [parameter: string, model: LayersModel];

/** Refuses a model with other outputs than wanted, or with several inputs unless it may be conditioned. */
export function checkModel(
  where: string,
  parameter: string,
  model: unknown,
  inputs: 'one input' | 'conditioned' = 'one input',
  outputs: 1 | 2 = 1,
): asserts model is LayersModel {
  const candidate = model as LayersModel | undefined;
  if (
    typeof candidate?.apply !== 'function' ||
    !Array.isArray(candidate.layers) ||
    candidate.inputs === undefined
  )
    fail('type', where, parameter, 'a LayersModel', model);
  const fits = inputs === 'conditioned' || candidate.inputs.length === 1;
  if (!fits || candidate.outputs.length !== outputs)
    fail(
      'shape',
      where,
      parameter,
      `a model with ${inputs === 'conditioned' ? '' : 'one input and '}${outputs === 1 ? 'one output' : 'two outputs'}`,
      `${candidate.inputs.length} inputs and ${candidate.outputs.length} outputs`,
    );
}

/** Refuses a discriminator that returns probabilities: losses take logits, and would squash them again. */
function checkLogits(where: string, parameter: string, discriminator: LayersModel): void {
  for (const { sourceLayer } of discriminator.outputs) checkLogitsOf(where, parameter, sourceLayer);
}

/** Refuses one output that consists of probabilities. */
export function checkLogitsOf(where: string, parameter: string, output: layers.Layer): void {
  const { last, activation } = endOf(output);
  if (activation === 'sigmoid' || activation === 'softmax')
    fail(
      'value',
      where,
      parameter,
      'a model that ends in logits',
      `the layer ${last.name}, with the activation ${activation}`,
      'Leave the activation out: the losses take logits, and apply what they need themselves.',
    );
}

/** Returns the last layer of an output, also within nested models, and its activation. */
export function endOf(output: layers.Layer): { last: layers.Layer; activation: unknown } {
  let last = output;
  while (isModel(last)) last = last.outputs[0]!.sourceLayer;
  const { activation, layer } = last.getConfig() as {
    activation?: unknown;
    layer?: { config?: { activation?: unknown } };
  };
  return { last, activation: activation ?? layer?.config?.activation };
}

const isModel = (layer: unknown): layer is LayersModel =>
  Array.isArray((layer as Partial<LayersModel>).outputs);

/** Refuses two models if one does not accept the other's output. */
export function checkTakes(
  where: string,
  [parameter, network]: NamedModel,
  [maker, model]: NamedModel,
): void {
  checkModel(where, maker, model);
  checkModel(where, parameter, network);
  const [made, taken] = [model.outputs[0]!.shape, network.inputs[0]!.shape];
  const rule = `a model for what ${maker} makes, [${made.join(',')}]`;
  if (!shapesFit(made, taken)) fail('shape', where, parameter, rule, taken);
}

/** Refuses anything but a pair of losses. */
export function checkLoss(where: string, loss: AdversarialLoss): void {
  if (typeof loss?.discriminator !== 'function' || typeof loss.generator !== 'function')
    fail('type', where, 'loss', 'a pair of losses such as Losses.hinge()', loss);
}

/** Refuses values that are not optimizers, and an optimizer shared by two lists of weights. */
export function checkOptimizers<Name extends string>(
  where: string,
  optimizers: Readonly<Record<Name, Optimizer>> | undefined,
  names: readonly [Name, Name],
): void {
  if (optimizers === undefined) return;
  checkOptions(where, optimizers, names, 'optimizers');
  for (const name of names)
    if (typeof optimizers?.[name]?.applyGradients !== 'function')
      fail('type', where, `optimizers.${name}`, 'an optimizer', optimizers?.[name]);
  if (optimizers[names[0]] === optimizers[names[1]])
    fail(
      'value',
      where,
      'optimizers',
      `two optimizers, one for the ${names[0]}, one for the ${names[1]}`,
      'the same one twice',
      'An optimizer keeps its moments for one fixed list of weights.',
    );
}

/** One penalty, several or none. */
export type Penalties = Penalty | readonly Penalty[] | undefined;

/** Returns penalties as a list. */
export function penaltiesOf(penalty: Penalties): readonly Penalty[] {
  if (penalty === undefined) return [];
  return Array.isArray(penalty) ? (penalty as readonly Penalty[]) : [penalty as Penalty];
}

/** Refuses values that are not penalties, and penalties on a network that couples its samples. */
function checkPenalties(
  where: string,
  parameter: string,
  penalty: Penalties,
  critic: NamedModel,
  allowBatchNorm: boolean,
): void {
  const penalties = penaltiesOf(penalty);
  penalties.forEach((one, i) => {
    const name = `${parameter}[${i}]`;
    if (typeof one?.compute !== 'function')
      fail('type', where, name, 'a penalty such as new GradientPenalty()', one);
    checkNumber(where, `${name}.weight`, one.weight);
    checkNumber(where, `${name}.every`, one.every, { integer: true, min: 1 });
  });
  if (penalties.length > 0 && !allowBatchNorm && holdsBatchNorm(critic[1]))
    fail(
      'value',
      where,
      critic[0],
      'free of batch normalization when there is a penalty',
      'a model with batch normalization',
      'A penalty bounds the gradient of each sample by itself, which batch normalization couples (arXiv 1704.00028, section 4). Use another normalization, or pass allowBatchNorm: true.',
    );
}

/** Refuses a discriminator that does not return logits, or does not suit its penalties. */
export function checkCritic(
  where: string,
  critic: NamedModel,
  [parameter, penalty]: readonly [parameter: string, penalty: Penalties],
  allowBatchNorm: boolean,
): void {
  checkLogits(where, ...critic);
  checkPenalties(where, parameter, penalty, critic, allowBatchNorm);
}

/** Returns whether a batch of one shape may replace one of another; null sizes fit all. */
export const shapesFit = (a: readonly (number | null)[], b: readonly (number | null)[]): boolean =>
  a.length === b.length &&
  a.every((size, i) => i === 0 || size === null || b[i] === null || size === b[i]);
