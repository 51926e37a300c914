import { grads, mean, memory, mul, neg, softplus, sub, tidy } from '@tensorflow/tfjs-core';
import type { NamedTensorMap, Scalar, Tensor } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkFirstOrder } from '../../src/gradcheck/check_derivatives.js';
import { Probe, toHost } from '../../src/gradcheck/probe.js';
import { enableSecondOrderGradients } from '../../src/gradients/enable_second_order_gradients.js';
import { RandomStream } from '../../src/internal/random.js';
import { functionalCall } from '../../src/layers/weights/functional_call.js';
import { namedWeights } from '../../src/layers/weights/named_weights.js';
import { nonSaturating } from '../../src/losses/non_saturating.js';
import { initializeWeights } from '../../src/models/initialize_weights.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';

const RATE = 0.3;

const critic = () => {
  const model = sequential({
    layers: [
      layers.conv2d({
        filters: 3,
        kernelSize: 3,
        strides: 2,
        padding: 'same',
        activation: 'tanh',
        inputShape: [6, 5, 2],
      }),
      layers.depthwiseConv2d({ kernelSize: 2, activation: 'softplus' }),
      layers.flatten(),
      layers.dense({ units: 1 }),
    ],
  });
  initializeWeights(model, { stddev: 0.4, seed: 3 });
  return model;
};

/** The critic's weights after `steps` of gradient descent, on the tape (arXiv 1611.02163, equation 7). */
function unrolled(
  model: LayersModel,
  start: NamedTensorMap,
  batch: { real: Tensor; fake: Tensor },
  steps: number,
): NamedTensorMap {
  const paths = Object.keys(start);
  const loss = (weights: NamedTensorMap) =>
    nonSaturating().discriminator({
      real: functionalCall(model, weights, batch.real),
      fake: functionalCall(model, weights, batch.fake),
    });
  let weights = start;
  for (let step = 0; step < steps; step++) {
    const gradients = grads((...values: Tensor[]) =>
      loss(Object.fromEntries(paths.map((path, i) => [path, values[i]!]))),
    )(paths.map((path) => weights[path]!));
    weights = Object.fromEntries(
      paths.map((path, i) => [path, sub(weights[path]!, mul(gradients[i]!, RATE))]),
    );
  }
  return weights;
}

describe.each(BACKENDS)('three critic updates through functionalCall on %s', (backend) => {
  beforeAll(async () => {
    await useBackend(backend);
    enableSecondOrderGradients();
  });

  it('let the gradient of a generator loss run through them, to the samples and the weights', async () => {
    const model = critic();
    const { numTensors } = memory();
    const stream = new RandomStream(8);
    const real = stream.normal([3, 6, 5, 2]);
    const fake = stream.normal([3, 6, 5, 2]);
    const named = namedWeights(model);
    const inputs = await Promise.all(
      [fake, ...named.map(({ variable }) => variable.read())].map(toHost),
    );
    const loss =
      (steps: number) =>
      (fake: Tensor, ...values: Tensor[]) =>
        tidy(() => {
          const start = Object.fromEntries(named.map(({ path }, i) => [path, values[i]!]));
          const moved = unrolled(model, start, { real, fake }, steps);
          return mean<Scalar>(softplus(neg(functionalCall(model, moved, fake))));
        });
    const gradientOf = (steps: number) =>
      new Probe(loss(steps), inputs, new RandomStream(1)).gradient(Float32Array.of(1));
    const verdict = await checkFirstOrder(new Probe(loss(3), inputs, new RandomStream(2)), {
      tolerance: 2e-3,
      directions: 4,
      steps: 9,
      attempts: 1,
    });
    expect(verdict.status, JSON.stringify(verdict)).toBe('right');
    // the updates are a part of it: without them the gradient is another
    const [through] = await gradientOf(3);
    const [without] = await gradientOf(0);
    expect(through).not.toBeAllclose(Array.from(without!), { rtol: 0.05 });
    real.dispose();
    fake.dispose();
    expect(memory().numTensors).toBe(numTensors);
  });
});
