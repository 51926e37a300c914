import { add, dispose, tidy, variableGrads } from '@tensorflow/tfjs-core';
import type { NamedTensorMap, Optimizer, Scalar, Tensor, Variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { fail } from '../internal/check.js';
import type { GradientMonitor } from './gradient_monitor.js';
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
 * One step of an optimizer by the gradient of a sum of terms, θ ← step(θ, Σ ∂termᵢ/∂θ). The regularizers of
 * the layers are terms, too, and their constraints hold after it.
 *
 * Each term has a tape of its own, so that memory holds the activations of one term at a time. A term
 * need not depend on all the networks.
 */
export function updateNetworks(update: NetworkUpdate, terms: readonly (() => Tensor)[]): void {
  const { where, networks, optimizer, monitor } = update;
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
    for (const [name, model] of Object.entries(networks)) monitor?.observe(name, model, sum);
    optimizer.applyGradients(sum);
    Object.values(networks).forEach(applyConstraints);
  } finally {
    dispose(sum);
  }
}

function gradientsOf(term: () => Tensor, variables: Variable[]): NamedTensorMap {
  // tfjs leaves the value behind when the backward pass throws
  const { value, grads } = tidy(() => variableGrads(() => term() as Scalar, variables));
  value.dispose();
  return grads;
}

/** The sum by name; takes both over. */
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
