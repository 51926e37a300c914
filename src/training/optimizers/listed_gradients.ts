import { engine } from '@tensorflow/tfjs-core';
import type { NamedTensorMap, Tensor, Variable } from '@tensorflow/tfjs-core';
import { checkTensor, fail } from '../../internal/check.js';

/** A gradient and the name of its variable; `minimize` also lists variables without a gradient. */
export interface NamedGradient {
  name: string;
  tensor: Tensor | undefined;
}

/** A list of gradients, with gaps for variables without one. */
export type Gradients = readonly (Tensor | undefined)[];

/** Lists the variables of gradients, and the gradients; refuses those of another shape or of no variable. */
export function listedGradients(
  where: string,
  gradients: NamedTensorMap | NamedGradient[],
): { variables: Variable[]; gradients: Gradients } {
  if (typeof gradients !== 'object' || gradients === null)
    fail('type', where, 'gradients', 'an object of tensors, or an array', gradients);
  const named: readonly NamedGradient[] = Array.isArray(gradients)
    ? gradients
    : Object.entries(gradients).map(([name, tensor]) => ({ name, tensor }));
  const variables = named.map(({ name }) => registeredVariable(where, name));
  named.forEach(({ name, tensor: gradient }, i) => {
    if (gradient !== undefined)
      checkTensor(where, `gradients['${name}']`, gradient, { shape: variables[i]!.shape });
  });
  return { variables, gradients: named.map(({ tensor }) => tensor) };
}

function registeredVariable(where: string, name: string): Variable {
  const variable = engine().registeredVariables[name];
  if (variable === undefined)
    fail('value', where, 'gradients', 'keyed by the names of living variables', name);
  return variable;
}
