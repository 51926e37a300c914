import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';

/** Lists all symbolic tensors that the outputs of a model are made from, in the order of their computation. */
export function symbolsOf({ outputs }: LayersModel): readonly SymbolicTensor[] {
  const found = new Set<SymbolicTensor>();
  const visit = (symbol: SymbolicTensor): void => {
    if (found.has(symbol)) return;
    symbol.inputs.forEach(visit);
    found.add(symbol);
  };
  outputs.forEach(visit);
  return [...found];
}

/** Returns whether a symbolic tensor can be computed from another one alone. */
export function comesFrom(origin: SymbolicTensor, symbol: SymbolicTensor): boolean {
  const known = new Map([[origin, true]]);
  const visit = (one: SymbolicTensor): boolean => {
    const before = known.get(one);
    if (before !== undefined) return before;
    const result = one.inputs.length > 0 && one.inputs.every(visit);
    known.set(one, result);
    return result;
  };
  return visit(symbol);
}

/**
 * Computes symbolic tensors of a model at inference from the value of another one: a part of the model, for which a
 * model of tfjs would need layers of its own.
 *
 * @param origin The symbolic tensor that is given; all wanted ones come from it alone.
 * @param value Its value, to which gradients flow.
 * @param wanted The symbolic tensors to compute.
 */
export function computeFrom(
  origin: SymbolicTensor,
  value: Tensor,
  wanted: readonly SymbolicTensor[],
): Tensor[] {
  const values = new Map([[origin, value]]);
  const compute = (symbol: SymbolicTensor): Tensor => {
    const known = values.get(symbol);
    if (known !== undefined) return known;
    const { sourceLayer, inputs, callArgs, tensorIndex } = symbol;
    const given = inputs.map(compute);
    const made = sourceLayer.apply(given.length === 1 ? given[0]! : given, {
      ...callArgs,
      training: false,
    });
    const result = [made].flat()[tensorIndex] as Tensor;
    values.set(symbol, result);
    return result;
  };
  return wanted.map(compute);
}
