import { dispose, grads, mul, square, sum, tensor, tidy } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { input, model, sequential } from '@tensorflow/tfjs-layers';
import type { LayersModel, SymbolicTensor, layers } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { enableSecondOrderGradients } from '../../src/gradients/enable_second_order_gradients.js';
import { RandomStream } from '../../src/internal/random.js';
import { recompute } from '../../src/layers/recompute.js';
import { functionalCall } from '../../src/layers/weights/functional_call.js';
import { namedWeights } from '../../src/layers/weights/named_weights.js';
import { initializeWeights } from '../../src/models/initialize_weights.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { fixture } from '../helpers/fixtures.js';
import { expectNoLeak } from '../helpers/leaks.js';
import { expectGradients, gradientProjection, weightedSum } from '../helpers/numeric_gradient.js';
import { saveAndLoad } from '../helpers/save_and_load.js';

interface Case {
  readonly layer: string;
  readonly options: Record<string, unknown>;
  readonly shape: number[];
  readonly x: number[];
  /** The second input of a layer that takes labels. */
  readonly labels?: { readonly shape: number[]; readonly value: number[] };
  readonly weights: { readonly shape: number[]; readonly value: number[] }[];
  readonly output: { readonly shape: number[]; readonly value: number[] };
  readonly coefficients: number[];
  readonly gradients: number[][];
}

const cases = ['translation_layers', 'gan_layers', 'self_attention', 'label_layers'].flatMap(
  (name) => fixture<{ cases: Case[] }>(name).cases,
);

/** One layer, and how it is made. */
interface Contract {
  readonly name: string;
  readonly make: (options: Record<string, unknown>) => layers.Layer;
  /** With as many options as can differ from their defaults: they have to survive saving. */
  readonly options: Record<string, unknown>;
  /** Of a small input, with its batch. */
  readonly shape: readonly number[];
  /** The class of each sample, for a layer that takes labels. */
  readonly labels?: readonly number[];
  /** Of values and gradients against torch; default 2e-6 and 1e-5. */
  readonly rtol?: { readonly output: number; readonly gradient: number };
  /** Whether the second derivative in the weights needs `enableSecondOrderGradients`. */
  readonly repaired?: boolean;
  /** Changes the first weights, where they would hide a part of the layer. */
  readonly start?: (model: LayersModel) => void;
}

/** What every layer has to do, on every backend. */
export function describeLayer(contract: Contract): void {
  const { name, make, options, shape, rtol = { output: 2e-6, gradient: 1e-5 } } = contract;
  const { start = () => undefined } = contract;
  const ofThis = cases.filter((c) => c.layer === name);
  if (ofThis.length === 0) throw new Error(`no fixture of ${name}`);
  const modelOf = (
    options: Record<string, unknown>,
    shape: readonly number[],
    labels?: Tensor,
    wrap = (layer: layers.Layer): layers.Layer => layer,
  ): LayersModel => {
    const named = { ...options, name: 'it' };
    if (labels === undefined)
      return sequential({ layers: [wrap(make({ ...named, inputShape: shape.slice(1) }))] });
    const inputs = [shape, labels.shape].map((one) => input({ shape: one.slice(1) }));
    return model({ inputs, outputs: wrap(make(named)).apply(inputs) as SymbolicTensor });
  };
  const labelsOfAll = () =>
    contract.labels === undefined ? undefined : tensor([...contract.labels], [shape[0]!, 1]);
  const inputsOf = (x: Tensor, labels?: Tensor) => (labels === undefined ? x : [x, labels]);
  /** What gradients are taken in; running statistics have none. */
  const trained = (model: LayersModel) =>
    namedWeights(model).filter(({ variable }) => model.trainableWeights.includes(variable));
  /** The layer as a function of its input and its weights. */
  const functionOf =
    (model: LayersModel, labels?: Tensor) =>
    (x: Tensor, ...weights: Tensor[]) =>
      functionalCall(
        model,
        Object.fromEntries(trained(model).map(({ path }, i) => [path, weights[i]!])),
        inputsOf(x, labels),
        { training: true },
      );

  describe.each(BACKENDS)(`${name} on %s`, (backend) => {
    beforeAll(() => useBackend(backend));

    it.each(ofThis.map((c) => [JSON.stringify(c.options), c]))(
      'equals PyTorch with %s',
      async (_, c) => {
        const labels = c.labels && tensor(c.labels.value, c.labels.shape);
        const model = modelOf(c.options, c.shape, labels);
        const shapes = labels === undefined ? c.shape : [c.shape, labels.shape];
        expect(model.getLayer('it').computeOutputShape(shapes)).toEqual(c.output.shape);
        const f = functionOf(model, labels);
        const inputs = [
          tensor(c.x, c.shape),
          ...c.weights.map(({ value, shape }) => tensor(value, shape)),
        ];
        const y = f(...(inputs as [Tensor]));
        expect(y.shape).toEqual(c.output.shape);
        expect(await y.data()).toBeAllclose(c.output.value, { rtol: rtol.output });
        const gradients = tidy(() =>
          grads((x, ...weights) =>
            sum<Scalar>(mul(f(x, ...weights), tensor(c.coefficients, c.output.shape))),
          )(inputs),
        );
        for (const [i, gradient] of gradients.entries())
          expect(await gradient.data(), `gradient ${i}`).toBeAllclose(c.gradients[i]!, {
            rtol: rtol.gradient,
          });
        dispose([...inputs, ...gradients, y, ...(labels === undefined ? [] : [labels])]);
        model.dispose();
      },
    );

    it('has right first and second derivatives in the input and the weights', async () => {
      if (contract.repaired === true) enableSecondOrderGradients();
      const labels = labelsOfAll();
      const model = modelOf(options, shape, labels);
      const stream = new RandomStream(3);
      const inputs = [
        stream.normal([...shape], 0.5, 1.5),
        ...trained(model).map(({ variable }) => stream.normal(variable.shape as number[], 0.7)),
      ];
      const f = functionOf(model, labels);
      // not linear in y: the second derivative has all its terms
      const h = weightedSum((x, ...weights) => square(f(x, ...weights)));
      await expectGradients(h, inputs, { rtol: 2e-3 });
      await expectGradients(gradientProjection(h), inputs, { step: 3e-3, rtol: 5e-3 });
    });

    it('is the same to the last bit inside of recompute', async () => {
      const labels = labelsOfAll();
      const plain = modelOf(options, shape, labels);
      initializeWeights(plain, { stddev: 0.5, seed: 4 });
      start(plain);
      const lean = modelOf(options, shape, labels, (layer) => recompute(layer));
      initializeWeights(lean, { stddev: 0.5, seed: 4 });
      start(lean);
      const x = new RandomStream(5).normal([...shape]);
      const read = async (model: LayersModel) => {
        const weights = trained(model).map(({ variable }) => variable.read().clone());
        const f = functionOf(model, labels);
        const h = weightedSum((x, ...weights) => square(f(x, ...weights)));
        const results = [f(x, ...weights), ...tidy(() => grads(h)([x, ...weights]))];
        return Promise.all(results.map(async (result) => Array.from(await result.data())));
      };
      expect(await read(lean)).toEqual(await read(plain));
    });

    it('survives saving and loading', async () => {
      const labels = labelsOfAll();
      const model = modelOf(options, shape, labels);
      initializeWeights(model, { stddev: 0.5, seed: 4 });
      start(model);
      const x = inputsOf(new RandomStream(1).normal([...shape]), labels);
      const copy = await saveAndLoad(model);
      expect(copy.getLayer('it').getConfig()).toMatchObject(options);
      expect(await (copy.predict(x) as Tensor).data()).toEqual(
        await (model.predict(x) as Tensor).data(),
      );
    });

    it('leaks nothing and keeps its input', async () => {
      const labels = labelsOfAll();
      const model = modelOf(options, shape, labels);
      const x = new RandomStream(1).normal([...shape]);
      const call = (x: Tensor) => model.apply(inputsOf(x, labels)) as Tensor;
      await expectNoLeak(() => call(x).dispose(), 50);
      const slope = () => tidy(() => grads((x) => sum<Scalar>(square(call(x))))([x])[0]!);
      await expectNoLeak(() => slope().dispose(), 50);
      expect(x.isDisposed).toBe(false);
    });
  });
}
