import { ones, tensor, tidy, variable } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { namedWeights } from '../../src/layers/weights/named_weights.js';
import { clipWeights } from '../../src/training/weight_clipping.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { expectNoLeak } from '../helpers/leaks.js';
import { NAN_KINDS, withNaN } from '../helpers/produced_nan.js';
import { valuesOf } from './optimizer_runs.js';

/** A nested model, whose weights all read −2, −1.5, −1, … */
function makeModel(): LayersModel {
  const inner = sequential({
    name: 'inner',
    layers: [
      layers.dense({ units: 2, inputShape: [3], name: 'dense' }),
      layers.batchNormalization({ name: 'norm' }),
    ],
  });
  const model = sequential({ layers: [inner, layers.dense({ units: 1, name: 'top' })] });
  tidy(() => {
    for (const { variable } of namedWeights(model)) {
      const size = variable.shape.reduce<number>((product, axis) => product * axis!, 1);
      variable.write(
        tensor(
          Array.from({ length: size }, (_, i) => i / 2 - 2),
          variable.shape as number[],
        ),
      );
    }
  });
  return model;
}

async function read(model: LayersModel): Promise<Record<string, number[]>> {
  const weights: Record<string, number[]> = {};
  for (const { path, variable } of namedWeights(model))
    weights[path] = await valuesOf([variable.read()]);
  return weights;
}

describe.each(BACKENDS)('clipWeights on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('leaves NaN, whose weights are lost, as NaN', async () => {
    for (const kind of NAN_KINDS) {
      const weights = variable(withNaN(kind, Float32Array.of(1, -3, 0.25, -2, 0.1), [1, 4]));
      clipWeights([weights], 0.5);
      expect([kind, ...(await weights.data())]).toEqual([kind, 0.5, NaN, 0.25, -0.5, NaN]);
      weights.dispose();
    }
  });

  it('clamps trainable weights on both sides and leaves statistics', async () => {
    const model = makeModel();
    clipWeights(model, 1.25);
    expect(await read(model)).toEqual({
      'inner/dense/kernel': [-1.25, -1.25, -1, -0.5, 0, 0.5],
      'inner/dense/bias': [-1.25, -1.25],
      'inner/norm/gamma': [-1.25, -1.25],
      'inner/norm/beta': [-1.25, -1.25],
      'inner/norm/moving_mean': [-2, -1.5],
      'inner/norm/moving_variance': [-2, -1.5],
      'top/kernel': [-1.25, -1.25],
      'top/bias': [-1.25],
    });
    clipWeights(model, 0.25);
    expect((await read(model))['inner/dense/kernel']).toEqual([
      -0.25, -0.25, -0.25, -0.25, 0, 0.25,
    ]);
  });

  it('leaves excluded layers', async () => {
    const model = makeModel();
    clipWeights(model, 0.5, { exclude: (layer) => layer.getClassName() === 'BatchNormalization' });
    const clipped = await read(model);
    expect(clipped['inner/norm/gamma']).toEqual([-2, -1.5]);
    expect(clipped['inner/dense/bias']).toEqual([-0.5, -0.5]);
  });

  it('takes a list of variables, and leaks nothing', async () => {
    const x = variable(tensor([-3, 0.1, 3]));
    await expectNoLeak(() => clipWeights([x], 2));
    expect(await valuesOf([x])).toBeAllclose([-2, 0.1, 2]);
    const model = makeModel();
    await expectNoLeak(() => clipWeights(model, 2));
  });
});

describe('clipWeights', () => {
  beforeAll(() => useBackend('cpu'));

  it('refuses what it cannot clip', () => {
    const x = variable(ones([2]));
    const disposed = variable(ones([2]));
    disposed.dispose();
    for (const limit of [0, -1, NaN, '1'])
      expect(() => clipWeights([x], limit as number)).toThrow(
        /^clipWeights: `limit` must be a finite number > 0/,
      );
    for (const target of [undefined, x, [ones([2])], [disposed], {}])
      expect(() => clipWeights(target as never, 1)).toThrow(
        /`target` must be a LayersModel or an array of variables/,
      );
    expect(() => clipWeights([x], 1, { exclude: 'norm' as never })).toThrow(
      /`exclude` must be a function/,
    );
    expect(() => clipWeights([x], 1, { only: [] } as never)).toThrow(/with the keys exclude/);
  });
});
