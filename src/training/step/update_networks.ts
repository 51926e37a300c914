import { add, dispose, tidy, variableGrads } from '@tensorflow/tfjs-core';
import type { NamedTensorMap, Optimizer, Scalar, Tensor, Variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { leanBackward } from '../../gradients/lean_backward.js';
import { fail } from '../../internal/check.js';
import type { GradientMonitor } from '../gradient_monitor.js';
import { applyConstraints } from './weight_constraints.js';
import { regularizerTerms } from './weight_regularizers.js';

/** Networks that move together. */
export interface NetworkUpdate {
  /** For messages. */
  readonly where: string;
  readonly networks: Readonly<Record<string, LayersModel>>;
  readonly optimizer: Optimizer;
  readonly monitor?: GradientMonitor | undefined;
}

/**
 * Computes the gradient of a sum of terms in the weights of networks, Σ ∂termᵢ/∂θ, by name of the variable. The
 * regularizers of the layers are added as terms.
 *
 * Each term has its own tape, so that memory holds the activations of one term at a time. A term need not
 * depend on all the networks.
 *
 * @returns Tensors that the caller owns.
 */
export function gradientOfTerms(
  { where, networks }: Pick<NetworkUpdate, 'where' | 'networks'>,
  terms: readonly (() => Tensor)[],
): NamedTensorMap {
  for (const [name, model] of Object.entries(networks))
    if (model.trainableWeights.length === 0)
      fail('state', where, name, 'a model with trainable weights', model);
  const variables = Object.values(networks).flatMap((model) =>
    model.trainableWeights.map((weight) => weight.read() as Variable),
  );
  const regularizers = Object.values(networks).flatMap(regularizerTerms);
  let sum: NamedTensorMap = {};
  try {
    for (const term of [...terms, ...regularizers])
      sum = tidy(() => addGradients(sum, gradientsOf(term, variables)));
    return sum;
  } catch (error) {
    dispose(sum);
    throw error;
  }
}

/**
 * Moves networks by a gradient, θ ← step(θ, g), and applies the constraints of their layers.
 *
 * @param gradient The gradient, which is freed.
 */
export function moveNetworks(
  { networks, optimizer, monitor }: NetworkUpdate,
  gradient: NamedTensorMap,
): void {
  try {
    for (const [name, model] of Object.entries(networks)) monitor?.observe(name, model, gradient);
    optimizer.applyGradients(listed(networks, gradient));
    Object.values(networks).forEach(applyConstraints);
  } finally {
    dispose(gradient);
  }
}

/**
 * Lists all weights of networks with their gradients, if some have none: an optimizer then has the same list at each
 * step, whichever part of a network the step has run.
 */
function listed(
  networks: NetworkUpdate['networks'],
  gradient: NamedTensorMap,
): Parameters<Optimizer['applyGradients']>[0] {
  const names = Object.values(networks).flatMap((model) =>
    model.trainableWeights.map((weight) => (weight.read() as Variable).name),
  );
  if (names.every((name) => gradient[name] !== undefined)) return gradient;
  return names.map((name) => ({ name, tensor: gradient[name]! }));
}

function gradientsOf(term: () => Tensor, variables: Variable[]): NamedTensorMap {
  // tfjs leaves the value behind when the backward pass throws
  const { value, grads } = tidy(() => variableGrads(leanBackward(term as () => Scalar), variables));
  value.dispose();
  return grads;
}

/** Adds gradients by name; takes ownership of both. */
function addGradients(sum: NamedTensorMap, more: NamedTensorMap): NamedTensorMap {
  const result = { ...sum };
  for (const [name, gradient] of Object.entries(more)) {
    const before = result[name];
    if (before === undefined) result[name] = gradient;
    else {
      result[name] = add(before, gradient);
      dispose([before, gradient]);
    }
  }
  return result;
}
