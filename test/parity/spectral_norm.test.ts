import { grad, mul, sub, sum, tensor, tensor1d, tidy, variableGrads } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Variable } from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { enableSecondOrderGradients } from '../../src/gradients/enable_second_order_gradients.js';
import { spectralNormalization } from '../../src/layers/spectral/spectral_normalization.js';
import type { SpectralNormalization } from '../../src/layers/spectral/spectral_normalization.js';
import { asyncTidy, values } from '../helpers/async_tidy.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { fixture } from '../helpers/fixtures.js';

interface KernelRecord {
  readonly u: number[];
  readonly v: number[];
  readonly sigma: number;
  readonly gradient?: number[];
}

interface Case {
  readonly layer:
    | 'dense'
    | 'conv1d'
    | 'conv2d'
    | 'conv3d'
    | 'conv2dTranspose'
    | 'conv3dTranspose'
    | 'depthwiseConv2d'
    | 'separableConv2d'
    | 'embedding';
  readonly options: Record<string, unknown>;
  readonly kernels: {
    readonly weight: string;
    readonly shape: number[];
    readonly value: number[];
    readonly u: number[];
    readonly v: number[];
    readonly singularValues: number[];
  }[];
  readonly bias: number[] | null;
  readonly x: { readonly shape: number[]; readonly value: number[]; readonly second: number[] };
  readonly y: { readonly shape: number[]; readonly weights: number[] };
  readonly after: {
    readonly forwards: number;
    readonly y: number[];
    readonly dx?: number[];
    readonly kernels: KernelRecord[];
  }[];
  readonly twoForwards: KernelRecord[];
  readonly warm: KernelRecord[];
}

const { cases } = fixture<{ cases: Case[] }>('spectral_norm');
const CLOSE = { rtol: 1e-5 };

const float = (values: number[], shape: number[]): Tensor => tensor(values, shape, 'float32');

/** The layer of a case, with its weights and starting vectors. */
function layerOf({ layer, options, kernels, bias, x }: Case): SpectralNormalization {
  const make = layers[layer] as unknown as (args: Record<string, unknown>) => layers.Layer;
  const sn = spectralNormalization({ layer: make(options) });
  tidy(() => void sn.apply(float(x.value, x.shape)));
  const weights = [
    ...kernels.map(({ value, shape }) => float(value, shape)),
    ...(bias === null ? [] : [tensor1d(bias)]),
    ...kernels.flatMap(({ u, v }) => [tensor1d(u), tensor1d(v)]),
  ];
  sn.setWeights(weights);
  return sn;
}

async function expectVectors(
  sn: SpectralNormalization,
  kernels: Case['kernels'],
  records: KernelRecord[],
): Promise<void> {
  const sigmas = sn.sigma();
  const vectors = sn.nonTrainableWeights.map((weight) => values(weight.read()));
  for (const [i, { weight }] of kernels.entries()) {
    const { u, v, sigma } = records[i]!;
    expect(await vectors[2 * i]!).toBeAllclose(u, CLOSE);
    expect(await vectors[2 * i + 1]!).toBeAllclose(v, CLOSE);
    expect(await values(sigmas[weight]!)).toBeAllclose([sigma], CLOSE);
    sigmas[weight]!.dispose();
  }
}

describe.each(BACKENDS)('SpectralNormalization as in PyTorch, on %s', (backend) => {
  beforeAll(async () => {
    await useBackend(backend);
    enableSecondOrderGradients(); // among them that of conv3dTranspose, which tfjs has not
  });

  describe.each(cases)('$layer', (test) => {
    const { kernels, x, y: output, after, twoForwards, warm } = test;

    it.each(after)('outputs, u, v and σ after $forwards training calls', (expected) =>
      asyncTidy(async () => {
        const sn = layerOf(test);
        const batch = float(x.value, x.shape);
        for (let i = 0; i < expected.forwards; i++) sn.apply(batch, { training: true });
        expect(await values(sn.apply(batch) as Tensor)).toBeAllclose(expected.y, CLOSE);
        await expectVectors(sn, kernels, expected.kernels);
      }),
    );

    it('15 rounds of warm-up', () =>
      asyncTidy(async () => {
        const sn = layerOf(test);
        sn.warmUp();
        await expectVectors(sn, kernels, warm);
      }));

    const lossOf = (sn: SpectralNormalization, batch: Tensor, training: boolean) =>
      sum<Scalar>(
        mul(sn.apply(batch, { training }) as Tensor, float(output.weights, output.shape)),
      );

    const expectGradients = async (
      sn: SpectralNormalization,
      loss: () => Scalar,
      records: KernelRecord[],
    ) => {
      const variables = sn.trainableWeights.map((weight) => weight.read() as Variable);
      const { grads } = variableGrads(loss, variables);
      for (const i of kernels.keys())
        expect(await values(grads[variables[i]!.name]!)).toBeAllclose(records[i]!.gradient!, CLOSE);
    };

    it.each(after)('gradients at training call $forwards', ({ forwards, dx, kernels }) =>
      asyncTidy(async () => {
        const sn = layerOf(test);
        const batch = float(x.value, x.shape);
        for (let i = 0; i < forwards - 1; i++) sn.apply(batch, { training: true });
        await expectGradients(sn, () => lossOf(sn, batch, forwards > 0), kernels);
        if (dx === undefined) return;
        // u and v are those of the call above, which dx must not advance again
        const ofInput = grad((batch: Tensor) => lossOf(sn, batch, false))(batch);
        expect(await values(ofInput)).toBeAllclose(dx, CLOSE);
      }),
    );

    it('two training calls, then one backward pass', () =>
      asyncTidy(async () => {
        const sn = layerOf(test);
        const [first, second] = [x.value, x.second].map((value) => float(value, x.shape));
        const loss = () => sub<Scalar>(lossOf(sn, first!, true), lossOf(sn, second!, true));
        await expectGradients(sn, loss, twoForwards);
      }));
  });
});
