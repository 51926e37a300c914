import { concat, reshape } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** The result of a layer, a model or a function. */
export type Outputs = Tensor | readonly Tensor[];

/** A function of its movable inputs only. */
export interface FloatFunction {
  readonly inputs: readonly Tensor[];
  readonly f: (xs: readonly Tensor[]) => Tensor;
}

/** Restricts a function to its float inputs: integers, such as labels and indices, are constants. */
export function ofFloats(inputs: readonly Tensor[], f: (xs: Tensor[]) => Outputs): FloatFunction {
  const isMoved = ({ dtype }: Tensor) => dtype === 'float32';
  return {
    inputs: inputs.filter(isMoved),
    f: (xs) => {
      const moved = xs.values();
      return joined(f(inputs.map((x) => (isMoved(x) ? (moved.next().value as Tensor) : x))));
    },
  };
}

/** Joins several outputs into one vector; leaves a single output unchanged. */
function joined(outputs: Outputs): Tensor {
  const list = (Array.isArray(outputs) ? outputs : [outputs]) as readonly Tensor[];
  return list.length === 1 ? list[0]! : concat(list.map((y) => reshape(y, [-1])));
}
