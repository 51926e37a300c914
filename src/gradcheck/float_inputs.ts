import { concat, reshape } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** What a layer, a model or a function gives. */
export type Outputs = Tensor | readonly Tensor[];

/** A function of those of its inputs that can be moved. */
export interface FloatFunction {
  readonly inputs: readonly Tensor[];
  readonly f: (xs: readonly Tensor[]) => Tensor;
}

/** Takes a function by its float inputs alone: integers, such as labels and indices, are constants. */
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

/** All numbers of several outputs as one vector; one output stays as it is. */
function joined(outputs: Outputs): Tensor {
  const list = (Array.isArray(outputs) ? outputs : [outputs]) as readonly Tensor[];
  return list.length === 1 ? list[0]! : concat(list.map((y) => reshape(y, [-1])));
}
