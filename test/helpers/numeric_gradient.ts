import { add, grads, mul, scalar, sum, tensor, tidy } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { ON_GPU } from './backends.js';

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

/** What autodiff says of a scalar function. */
export async function analyticGradients(
  f: ScalarFunction,
  inputs: Tensor[],
): Promise<Float32Array[]> {
  const gradients = tidy(() => grads((...xs: Tensor[]) => f(...xs))(inputs, scalar(1)));
  return Promise.all(gradients.map(read));
}

interface Closeness {
  /** Half the distance between the two points of a difference. */
  readonly step?: number;
  readonly rtol: number;
  readonly atol?: number;
}

/**
 * Expects what autodiff says of every input to be what central differences of `f` say: element by
 * element, or on GPU backends, where one value of `f` takes long, along a few random directions.
 */
export async function expectGradients(
  f: ScalarFunction,
  inputs: Tensor[],
  { step = 1e-2, ...closeness }: Closeness,
): Promise<void> {
  const analytic = await analyticGradients(f, inputs);
  for (const [i, x] of inputs.entries()) {
    const host = (await x.data()) as Float32Array;
    const at = async (values: Float32Array) => {
      const value = tidy(() => {
        const moved = tensor(values, x.shape);
        return f(...inputs.map((other, k) => (k === i ? moved : other)));
      });
      return (await read(value))[0]!;
    };
    const [slopes, differences]: number[][] = [[], []];
    for (const direction of directions(x.size)) {
      const up = host.map((value, k) => value + step * direction(k));
      const down = host.map((value, k) => value - step * direction(k));
      differences!.push(((await at(up)) - (await at(down))) / (2 * step));
      // along the step that float32 really took
      slopes!.push(
        analytic[i]!.reduce((total, g, k) => total + g * ((up[k]! - down[k]!) / (2 * step)), 0),
      );
    }
    expect(slopes, `gradient in input ${i}`).toBeAllclose(differences!, closeness);
  }
}

/** Along every axis, or on GPU backends along random directions of length 1. */
function directions(size: number): ((k: number) => number)[] {
  if (!ON_GPU) return Array.from({ length: size }, (_, axis) => (k: number) => +(k === axis));
  const stream = new RandomStream(29);
  return Array.from({ length: 3 }, () => {
    const values = stream.normalValues(size);
    const length = Math.hypot(...values);
    return (k: number) => values[k]! / length;
  });
}

/** The values of a tensor, which it disposes of. */
async function read(x: Tensor): Promise<Float32Array> {
  const values = (await x.data()) as Float32Array;
  x.dispose();
  return values;
}
