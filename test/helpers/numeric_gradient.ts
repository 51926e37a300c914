import { add, grads, mul, scalar, sum, tensor, tidy } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { RandomStream } from '../../src/internal/random.js';

export type ScalarFunction = (...inputs: Tensor[]) => Scalar;

/** Turns a tensor function into a scalar one by random weights: a plain sum hides permutations. */
export function weightedSum(f: (...inputs: Tensor[]) => Tensor, seed = 11): ScalarFunction {
  return (...inputs) =>
    tidy(() => {
      const y = f(...inputs);
      const weights = new RandomStream(seed).normal(y.shape);
      return sum<Scalar>(mul(y, weights));
    });
}

/** Central differences of a scalar function in every element of every input. */
export function numericGradients(f: ScalarFunction, inputs: Tensor[], step = 1e-2): Float32Array[] {
  const host = inputs.map((x) => x.dataSync() as Float32Array);
  const evaluate = (which: number, values: Float32Array) =>
    tidy(() => {
      const moved = inputs.map((x, i) => (i === which ? tensor(values, x.shape) : x));
      return f(...moved).dataSync()[0]!;
    });
  return inputs.map((_, which) => {
    const base = host[which]!;
    const gradient = new Float32Array(base.length);
    for (let i = 0; i < base.length; i++) {
      const up = Float32Array.from(base);
      const down = Float32Array.from(base);
      up[i] = base[i]! + step;
      down[i] = base[i]! - step;
      // the step that float32 really took
      gradient[i] = (evaluate(which, up) - evaluate(which, down)) / (up[i]! - down[i]!);
    }
    return gradient;
  });
}

/** What autodiff says of the same function. */
export function analyticGradients(f: ScalarFunction, inputs: Tensor[]): Float32Array[] {
  return tidy(() =>
    grads((...xs: Tensor[]) => f(...xs))(inputs, scalar(1)).map(
      (g) => g.dataSync() as Float32Array,
    ),
  );
}

/**
 * The scalar h(x) = Σᵢ <rᵢ, ∂f/∂xᵢ> with fixed random rᵢ. Its gradient holds second derivatives of
 * f, so checking h at first order checks f at second order.
 */
export function gradientProjection(f: ScalarFunction, seed = 23): ScalarFunction {
  return (...inputs) =>
    tidy(() => {
      const gradients = grads((...xs: Tensor[]) => f(...xs))(inputs);
      const stream = new RandomStream(seed);
      return gradients
        .map((g) => sum(mul(g, stream.normal(g.shape))))
        .reduce((a, b) => add(a, b)) as Scalar;
    });
}
