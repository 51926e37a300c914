import {
  add,
  conv2d,
  elu,
  leakyRelu,
  matMul,
  mul,
  relu,
  reshape,
  scalar,
  sigmoid,
  softplus,
  sub,
  tanh,
  tensor,
  tidy,
  variable,
  variableGrads,
} from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Tensor4D, Variable } from '@tensorflow/tfjs-core';
import { RandomStream } from '../../src/internal/random.js';
import type { Critic } from '../../src/types.js';

export type Weights = Readonly<Record<string, Variable>>;

const conv = (x: Tensor, w: Weights, layer: number, strides: number, pad: 'valid' | number) =>
  add(
    conv2d(
      x as Tensor4D,
      w[`k${layer}`] as unknown as Tensor4D,
      strides,
      pad,
      'NHWC',
      1,
      typeof pad === 'number' ? 'floor' : undefined,
    ),
    w[`b${layer}`]!,
  );
const dense = (x: Tensor, w: Weights, layer: number) =>
  add(matMul(reshape(x, [x.shape[0], -1]), w[`k${layer}`]!), w[`b${layer}`]!);

/** The critics of tools/parity/gradient_penalty.py, by name. */
export const CRITICS: Readonly<Record<string, (w: Weights) => Critic>> = {
  dense: (w) => (x) => dense(softplus(dense(tanh(dense(x, w, 1)), w, 2)), w, 3),
  conv: (w) => (x) => dense(leakyRelu(conv(x, w, 1, 2, 'valid'), 0.2), w, 2),
  patch: (w) => (x) => {
    const h = softplus(conv(leakyRelu(conv(x, w, 1, 2, 1), 0.2), w, 2, 1, 'valid'));
    return conv(h, w, 3, 1, 'valid');
  },
};

export const ACTIVATIONS: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  tanh,
  softplus,
  sigmoid,
  elu,
  relu,
  leakyRelu: (x) => leakyRelu(x, 0.2),
};

/** A convolution, the activation twice and one dense layer, for images 5×5×2. */
export function smallCritic(activation: (x: Tensor) => Tensor, seed = 4) {
  const stream = new RandomStream(seed);
  const draw = (...shape: number[]) => variable(tidy(() => mul(stream.normal(shape), 0.5)));
  const weights: Weights = {
    k1: draw(3, 3, 2, 3),
    b1: draw(3),
    k2: draw(12, 4),
    b2: draw(4),
    k3: draw(4, 1),
  };
  const critic: Critic = (x) => {
    const h = activation(conv(x, weights, 1, 2, 'valid'));
    return matMul(activation(dense(h, weights, 2)), weights['k3']!);
  };
  return { weights, critic };
}

/** Value and weight gradients of a scalar; a weight that it does not depend on has zeros. */
export async function valueAndGradients(f: () => Scalar, weights: Weights) {
  const { value, grads } = variableGrads(f, Object.values(weights));
  const gradients: Record<string, Float32Array> = {};
  for (const [name, weight] of Object.entries(weights)) {
    const gradient = grads[weight.name];
    gradients[name] =
      gradient === undefined
        ? new Float32Array(weight.size)
        : Float32Array.from(await gradient.data());
    gradient?.dispose();
  }
  const [number] = await value.data();
  value.dispose();
  return { value: number!, gradients };
}

/** The slope of `f` along a direction in the space of all weights, by central differences. */
export async function numericSlope(
  f: () => Scalar,
  weights: Weights,
  direction: Readonly<Record<string, Float32Array>>,
  step: number,
): Promise<number> {
  const start = Object.fromEntries(
    Object.entries(weights).map(([name, weight]) => [name, weight.clone()]),
  );
  const at = async (distance: number) => {
    for (const [name, weight] of Object.entries(weights))
      tidy(() =>
        weight.assign(
          add(start[name]!, mul(tensor(direction[name]!, weight.shape), scalar(distance))),
        ),
      );
    const value = f();
    const [number] = await value.data();
    value.dispose();
    return number!;
  };
  const slope = ((await at(step)) - (await at(-step))) / (2 * step);
  for (const [name, weight] of Object.entries(weights)) {
    weight.assign(start[name]!);
    start[name]!.dispose();
  }
  return slope;
}

/** D(x) = w · x, a critic whose gradient is w everywhere. */
export const linearCritic =
  (w: Tensor): Critic =>
  (x) =>
    matMul(reshape(x, [x.shape[0], -1]), reshape(w, [-1, 1]));

/** A critic times a constant, less another. */
export const affine =
  (critic: Critic, factor: number, offset: number): Critic =>
  (x) =>
    sub(mul(critic(x), factor), offset);
