import { softplus, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, it } from 'vitest';
import { enableSecondOrderGradients } from '../../src/gradients/enable_second_order_gradients.js';
import { RandomStream } from '../../src/internal/random.js';
import { spectralNormalization } from '../../src/layers/spectral/spectral_normalization.js';
import { asyncTidy } from '../helpers/async_tidy.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { expectGradients, gradientProjection, weightedSum } from '../helpers/numeric_gradient.js';
import { SPECTRAL_LAYERS, batchFor } from '../helpers/spectral.js';

/** softplus(layer(x)) as a function of x and of the kernels; u and v stand still, far from converged. */
function layerFunction({ kind, make, inputShape, kernels }: (typeof SPECTRAL_LAYERS)[number]) {
  const stream = new RandomStream(12);
  const x = stream.normal(inputShape);
  const layer = spectralNormalization({ layer: make() });
  tidy(() => void layer.apply(batchFor(kind, inputShape)));
  for (const weight of layer.nonTrainableWeights) {
    const [size] = weight.shape as [number];
    tidy(() => void weight.write(stream.normal([size], 0.5, 0.3)));
  }
  const variables = kernels.map((_, i) => layer.layer.weights[i]!);
  const weights = variables.map(({ shape }) => stream.normal(shape as number[], 0.3, 0.5));
  const f = (x: Tensor, ...weights: Tensor[]): Tensor => {
    variables.forEach((variable, i) => (variable.read = () => weights[i]!));
    return softplus(layer.apply(x) as Tensor);
  };
  return { f, x, weights };
}

/** Those with a gradient in the input, which an index has not. */
const TWICE = SPECTRAL_LAYERS.filter(({ kind }) => kind !== 'Embedding');

describe.each(BACKENDS)('gradients through W/σ on %s', (backend) => {
  beforeAll(async () => {
    await useBackend(backend);
    enableSecondOrderGradients(); // tfjs itself differentiates half of these layers, once
  });

  it.each(SPECTRAL_LAYERS)('$kind, first order', (layer) =>
    asyncTidy(async () => {
      const { f, x, weights } = layerFunction(layer);
      const looksUp = layer.kind === 'Embedding';
      const ids = batchFor(layer.kind, layer.inputShape);
      const g = looksUp ? weightedSum((...w) => f(ids, ...w)) : weightedSum(f);
      const inputs = looksUp ? weights : [x, ...weights];
      await expectGradients(g, inputs, { rtol: 2e-3 });
    }),
  );

  it.each(TWICE)('$kind, second order', (layer) =>
    asyncTidy(async () => {
      const { f, x, weights } = layerFunction(layer);
      // a penalty on the input's gradient, differentiated in the input and in W
      const h = (x: Tensor, ...weights: Tensor[]) =>
        gradientProjection(weightedSum((x) => f(x, ...weights)))(x);
      await expectGradients(h, [x, ...weights], { rtol: 2e-3 });
    }),
  );

  it('second order in W alone, through σ twice', () =>
    asyncTidy(async () => {
      const { f, x, weights } = layerFunction(SPECTRAL_LAYERS[0]!);
      const h = gradientProjection(weightedSum((w) => f(x, w)));
      await expectGradients(h, weights, { rtol: 2e-3 });
    }));
});
