import { fill, memory, ones, sum, tensor, tidy, variableGrads } from '@tensorflow/tfjs-core';
import type { NamedTensorMap, Scalar, Tensor } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { namedWeights } from '../../src/layers/weights/named_weights.js';
import { GradientMonitor } from '../../src/training/gradient_monitor.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { expectNoLeak } from '../helpers/leaks.js';

function makeModel(): LayersModel {
  const inner = sequential({
    name: 'inner',
    layers: [layers.dense({ units: 2, inputShape: [3], name: 'dense' })],
  });
  return sequential({ layers: [inner, layers.dense({ units: 1, name: 'top' })] });
}

/** Gradients whose elements are all `value`. */
function constantGradients(model: LayersModel, value: number): NamedTensorMap {
  return Object.fromEntries(
    namedWeights(model).map(({ variable }) => [
      variable.name,
      fill(variable.shape as number[], value),
    ]),
  );
}

function observe(monitor: GradientMonitor, network: string, model: LayersModel, value = 1): void {
  tidy(() => monitor.observe(network, model, constantGradients(model, value)));
}

describe.each(BACKENDS)('GradientMonitor on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('takes the norm of each layer over kernel and bias', async () => {
    const model = makeModel();
    const monitor = new GradientMonitor({ every: 1 });
    const [kernel, bias] = model.layers[1]!.trainableWeights;
    tidy(() =>
      monitor.observe('critic', model, {
        ...constantGradients(model, 0.5),
        [kernel!.name]: tensor([[3], [-4]]),
        [bias!.name]: tensor([12]),
      }),
    );
    const report = await monitor.read();
    expect(report!.step).toBe(1);
    expect(Object.keys(report!.norms)).toEqual(['critic/inner/dense', 'critic/top']);
    expect(report!.norms['critic/top']).toBeAllclose(13);
    expect(report!.norms['critic/inner/dense']).toBeAllclose(Math.sqrt(8 * 0.25));
    expect(report!.warnings).toEqual([]);
    expect(await monitor.read()).toBeUndefined();
  });

  it('reads what variableGrads gives', async () => {
    const model = sequential({
      layers: [layers.dense({ units: 1, inputShape: [3], name: 'only' })],
    });
    const monitor = new GradientMonitor({ every: 1 });
    const { value, grads } = variableGrads(() =>
      sum<Scalar>(model.apply(tensor([[1, 2, 2]])) as Tensor),
    );
    monitor.observe('d', model, grads);
    value.dispose();
    Object.values(grads).forEach((one) => one.dispose());
    expect((await monitor.read())!.norms['d/only']).toBeAllclose(Math.sqrt(1 + 4 + 4 + 1));
  });

  it('leaks nothing, read or not', async () => {
    const model = makeModel();
    const before = memory().numTensors;
    const monitor = new GradientMonitor({ every: 1 });
    observe(monitor, 'd', model);
    expect(memory().numTensors).toBe(before + 1);
    await expectNoLeak(() => observe(monitor, 'd', model));
    await expectNoLeak(async () => {
      await monitor.read();
      observe(monitor, 'd', model);
    });
    monitor.dispose();
    expect(memory().numTensors).toBe(before);
    expect(await monitor.read()).toBeUndefined();
  });
});

describe('GradientMonitor', () => {
  beforeAll(() => useBackend('cpu'));

  it('computes at every n-th step only, the rarer network together with the other', async () => {
    const [g, d] = [makeModel(), makeModel()];
    const monitor = new GradientMonitor({ every: 10 });
    const seen: [number, string[]][] = [];
    for (let step = 1; step <= 40; step++) {
      observe(monitor, 'd', d);
      if (step % 4 === 0) observe(monitor, 'g', g);
      const report = await monitor.read();
      if (report === undefined) continue;
      expect(report.step).toBe(step);
      seen.push([step, [...new Set(Object.keys(report.norms).map((key) => key.slice(0, 1)))]]);
    }
    expect(seen).toEqual([
      [10, ['d']],
      [12, ['g']],
      [20, ['d', 'g']],
      [30, ['d']],
      [32, ['g']],
      [40, ['d', 'g']],
    ]);
  });

  it('keeps only the newest norms of each network', async () => {
    const [g, d] = [makeModel(), makeModel()];
    const monitor = new GradientMonitor({ every: 1 });
    observe(monitor, 'd', d, 1);
    observe(monitor, 'g', g, 2);
    observe(monitor, 'd', d, 3);
    const report = await monitor.read();
    expect(report!.step).toBe(2);
    expect(report!.norms['d/top']).toBeAllclose(3 * Math.sqrt(3));
    expect(report!.norms['g/top']).toBeAllclose(2 * Math.sqrt(3));
  });

  it('warns above the bound, not at it, and at what is no number', async () => {
    const model = makeModel();
    const heard: string[] = [];
    const monitor = new GradientMonitor({
      every: 1,
      warnAbove: 6,
      onWarning: (warning) => heard.push(warning),
    });
    const [kernel, bias] = model.layers[1]!.trainableWeights;
    const withTop = (top: number) =>
      tidy(() =>
        monitor.observe('d', model, {
          ...constantGradients(model, 0),
          [kernel!.name]: tensor([[top], [0]]),
          [bias!.name]: tensor([0]),
        }),
      );
    withTop(6);
    expect((await monitor.read())!.warnings).toEqual([]);
    withTop(7);
    const { warnings } = (await monitor.read())!;
    expect(warnings).toEqual(['The gradient of d/top has norm 7.000 at step 2, above 6.']);
    expect(heard).toEqual(warnings);
    withTop(NaN);
    expect((await monitor.read())!.warnings).toHaveLength(1);
    expect(heard).toHaveLength(2);
  });

  it('refuses options that are none, and gradients of something else', () => {
    const wrong: [unknown, RegExp][] = [
      [{ every: 0 }, /^GradientMonitor: `every` must be an integer >= 1/],
      [{ every: 1.5 }, /`every` must be an integer/],
      [{ warnAbove: 0 }, /`warnAbove` must be a finite number > 0/],
      [{ onWarning: 'log' }, /`onWarning` must be a function/],
      [{ each: 1 }, /with the keys every, warnAbove, onWarning/],
    ];
    for (const [options, message] of wrong)
      expect(() => new GradientMonitor(options as object)).toThrow(message);
    const monitor = new GradientMonitor({ every: 1 });
    expect(() => monitor.observe('d', makeModel(), { stranger: ones([2]) })).toThrow(
      /^GradientMonitor.observe: `gradients` must be keyed by the names of the model's variables/,
    );
  });
});
