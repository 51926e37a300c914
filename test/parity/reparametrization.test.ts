import { grads, mul, sum, tensor, tensor1d, tidy } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { enableSecondOrderGradients } from '../../src/gradients/enable_second_order_gradients.js';
import { equalizedLearningRate } from '../../src/layers/reparametrization/equalized_learning_rate.js';
import { weightNormalization } from '../../src/layers/reparametrization/weight_normalization.js';
import { functionalCall } from '../../src/layers/weights/functional_call.js';
import { namedWeights } from '../../src/layers/weights/named_weights.js';
import { asyncTidy, values } from '../helpers/async_tidy.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { fixture } from '../helpers/fixtures.js';

interface Values {
  readonly shape: number[];
  readonly value: number[];
}
type Kind =
  | 'dense'
  | 'conv1d'
  | 'conv2d'
  | 'conv3d'
  | 'conv2dTranspose'
  | 'conv3dTranspose'
  | 'depthwiseConv2d'
  | 'embedding';
interface Case {
  readonly layer: Kind;
  readonly options: Record<string, unknown>;
  readonly x: Values;
  readonly y: Values;
  readonly outputs: number[];
}
type WeightNormCase = Case & {
  readonly v: Values;
  readonly bias: Values | null;
  readonly start: number[];
  readonly g: number[];
  readonly gradients: { readonly x?: number[]; readonly v: number[]; readonly g: number[] };
};
type EqualizedCase = Case & {
  readonly gain: number;
  readonly w: Values;
  readonly gradients: { readonly x: number[]; readonly w: number[] };
};

const { weightNorm, equalized } = fixture<{
  weightNorm: WeightNormCase[];
  equalized: EqualizedCase[];
}>('reparametrization');
const CLOSE = { rtol: 1e-5 };
const float = ({ value, shape }: Values): Tensor => tensor(value, shape, 'float32');

const plain = ({ layer, options, x }: Case): layers.Layer =>
  (layers[layer] as unknown as (args: Record<string, unknown>) => layers.Layer)({
    ...options,
    ...(layer === 'embedding' ? { inputLength: x.shape[1] } : {}),
    inputShape: x.shape.slice(1),
  });

/** Output and gradients of a model in its input and its weights, in the order of the model. */
async function run(model: LayersModel, { x, y, outputs }: Case, weights: Tensor[]) {
  const paths = namedWeights(model).map(({ path }) => path);
  const f = (x: Tensor, ...weights: Tensor[]): Tensor =>
    functionalCall(model, Object.fromEntries(paths.map((path, i) => [path, weights[i]!])), x);
  const loss = (...all: Tensor[]): Scalar =>
    sum(mul(f(...(all as [Tensor])), tensor(outputs, y.shape)));
  const input = float(x);
  const made = await values(f(input, ...weights));
  const gradients = tidy(() => grads(loss)([input, ...weights]));
  return { made, gradients: await Promise.all(gradients.map(values)) };
}

describe.each(BACKENDS)('reparametrized kernels on %s', (backend) => {
  beforeAll(async () => {
    await useBackend(backend);
    enableSecondOrderGradients(); // among them that of conv3dTranspose, which tfjs has not
  });

  it.each(weightNorm.map((one) => [one.layer, one] as const))(
    "weight normalization of %s is PyTorch's",
    (_, one) =>
      asyncTidy(async () => {
        const layer = weightNormalization({ layer: plain(one) });
        const model = sequential({ layers: [layer] });
        const [v, bias] = [float(one.v), one.bias === null ? [] : [float(one.bias)]];
        layer.setWeights([v, ...bias, tensor1d(one.g)]);
        const x = float(one.x);
        expect(await values(model.predict(x) as Tensor)).toBeAllclose(one.y.value, CLOSE);
        if (one.layer === 'embedding') return; // its input has no gradient
        const { made, gradients } = await run(model, one, [v, ...bias, tensor1d(one.g)]);
        expect(made).toBeAllclose(one.y.value, CLOSE);
        expect(gradients[0]!).toBeAllclose(one.gradients.x!, CLOSE);
        expect(gradients[1]!).toBeAllclose(one.gradients.v, CLOSE);
        expect(gradients.at(-1)!).toBeAllclose(one.gradients.g, CLOSE);
        layer.resetMagnitudes();
        expect(await values(layer.weights.at(-1)!.read())).toBeAllclose(one.start, CLOSE);
        const [effective] = layer.effectiveWeights();
        expect(await values(effective!)).toBeAllclose(one.v.value, CLOSE);
      }),
  );

  it.each(equalized.map((one) => [one.layer, one] as const))(
    "equalized learning rate of %s is the paper's code",
    (_, one) =>
      asyncTidy(async () => {
        const layer = equalizedLearningRate({ layer: plain(one), gain: one.gain });
        const model = sequential({ layers: [layer] });
        const { made, gradients } = await run(model, one, [float(one.w)]);
        expect(made).toBeAllclose(one.y.value, CLOSE);
        expect(gradients[0]!).toBeAllclose(one.gradients.x, CLOSE);
        expect(gradients[1]!).toBeAllclose(one.gradients.w, CLOSE);
      }),
  );
});
