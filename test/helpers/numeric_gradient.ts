import { add, grads, mul, scalar, sum, tensor, tidy } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { ON_GPU } from './backends.js';

export type ScalarFunction = (...inputs: Tensor[]) => Scalar;

/** Makes a scalar function of a tensor function by a sum with random weights; a plain sum would hide permutations. */
export function weightedSum(f: (...inputs: Tensor[]) => Tensor, seed = 11): ScalarFunction {
  return (...inputs) =>
    tidy(() => {
      const y = f(...inputs);
      const weights = new RandomStream(seed).normal(y.shape);
      return sum<Scalar>(mul(y, weights));
    });
}

/**
 * Makes the scalar function h(x) = Σᵢ <rᵢ, ∂f/∂xᵢ> with fixed random rᵢ. Its gradient contains second
 * derivatives of f, so a check of h at first order is a check of f at second order.
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

/** Computes the gradients of a scalar function by autodiff. */
export async function analyticGradients(
  f: ScalarFunction,
  inputs: Tensor[],
): Promise<Float32Array[]> {
  const gradients = tidy(() => grads((...xs: Tensor[]) => f(...xs))(inputs, scalar(1)));
  return Promise.all(gradients.map(read));
}

interface Closeness {
  /** Half of the distance between the two points of a difference. */
  readonly step?: number;
  readonly rtol: number;
  readonly atol?: number;
}

/**
 * Expects the gradient in every input by autodiff to agree with central differences of `f`: element by
 * element, or along a few random directions on GPU backends, where one value of `f` takes long.
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
      // uses the difference of the rounded points, which is the step in float32
      slopes!.push(
        analytic[i]!.reduce((total, g, k) => total + g * ((up[k]! - down[k]!) / (2 * step)), 0),
      );
    }
    expect(slopes, `gradient in input ${i}`).toBeAllclose(differences!, closeness);
  }
}

/** Returns the direction of every axis, or three random directions of length 1 on GPU backends. */
function directions(size: number): ((k: number) => number)[] {
  if (!ON_GPU) return Array.from({ length: size }, (_, axis) => (k: number) => +(k === axis));
  const stream = new RandomStream(29);
  return Array.from({ length: 3 }, () => {
    const values = stream.normalValues(size);
    const length = Math.hypot(...values);
    return (k: number) => values[k]! / length;
  });
}

/** Reads the values of a tensor, and disposes of it. */
async function read(x: Tensor): Promise<Float32Array> {
  const values = (await x.data()) as Float32Array;
  x.dispose();
  return values;
}
