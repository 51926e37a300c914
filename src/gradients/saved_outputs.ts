import { elu, exp, pow, sigmoid, softmax, tanh } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { gradFunc, isRecording, stockGradient } from './gradient_repair.js';
import type { GradientRepair } from './gradient_repair.js';

/**
 * Repairs gradients written in terms of the output y = f(x). tfjs saves y before the tape records
 * that it came from x, so that a second pass takes it for a constant and silently loses a term. y
 * is recomputed from x, on the tape, if a second pass follows; tfjs's formula stays.
 */
const recomputing = <Attrs>(
  kernelName: string,
  input: string,
  output: (x: Tensor, attrs: Attrs) => Tensor,
): GradientRepair => ({
  kernelName,
  make: (stock) => ({
    kernelName,
    inputsToSave: [input],
    outputsToSave: [true],
    gradFunc: gradFunc<Attrs>((dy, [x, y], attrs) =>
      stockGradient<Attrs>(stock)(dy, [isRecording() ? output(x!, attrs) : y!], attrs),
    ),
  }),
});

/** The part of the gradient of a power that uses the output: ∂(aᵇ)/∂b = aᵇ log a. */
const power: GradientRepair = {
  kernelName: 'Pow',
  make: (stock) => ({
    kernelName: 'Pow',
    inputsToSave: ['a', 'b'],
    outputsToSave: [true],
    gradFunc: gradFunc((dy, [a, b, y], attrs) => {
      const stockOf = stockGradient(stock);
      const { a: ofBase, b: ofExponent } = stockOf(dy, [a!, b!, y!], attrs);
      return {
        a: ofBase!,
        b: () =>
          isRecording() ? stockOf(dy, [a!, b!, pow(a!, b!)], attrs)['b']!() : ofExponent!(),
      };
    }),
  }),
};

/** The gradients of exp, tanh, sigmoid, softmax, elu and the exponent of pow. */
export const savedOutputs: readonly GradientRepair[] = [
  recomputing('Exp', 'x', exp),
  recomputing('Tanh', 'x', tanh),
  recomputing('Sigmoid', 'x', sigmoid),
  recomputing('Elu', 'x', elu),
  recomputing<{ dim: number }>('Softmax', 'logits', (x, { dim }) => softmax(x, dim)),
  power,
];
