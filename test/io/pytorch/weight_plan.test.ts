import { layers, sequential } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { fill } from '../../../bench/hash.js';
import { loadWeights } from '../../../src/io/pytorch/load_weights.js';
import { inverse, permuted } from '../../../src/io/pytorch/permuted.js';
import type { Architecture } from '../../../src/io/pytorch/torch_module.js';
import { spectralNormalization } from '../../../src/layers/spectral/spectral_normalization.js';
import { namedWeights } from '../../../src/layers/weights/named_weights.js';
import { useBackend } from '../../helpers/backends.js';
import { fc } from '../../helpers/properties.js';

describe('permuted', () => {
  const shapes = fc
    .array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 })
    .chain((shape) =>
      fc.tuple(
        fc.constant(shape),
        fc.shuffledSubarray([...shape.keys()], { minLength: shape.length }),
      ),
    );

  it('puts every element where its index goes, and the inverse brings it back', () => {
    fc.assert(
      fc.property(shapes, ([shape, axes]) => {
        const size = shape.reduce((a, b) => a * b, 1);
        const data = fill(size, 1, 1);
        const moved = permuted(data, shape, axes);
        const place = (index: readonly number[], sizes: readonly number[]) =>
          index.reduce((at, i, axis) => at * sizes[axis]! + i, 0);
        const sizes = axes.map((axis) => shape[axis]!);
        for (let k = 0; k < size; k++) {
          const index: number[] = [];
          let rest = k;
          for (const axis of [...shape].reverse()) {
            index.unshift(rest % axis);
            rest = Math.floor(rest / axis);
          }
          expect(
            moved[
              place(
                axes.map((axis) => index[axis]!),
                sizes,
              )
            ],
          ).toBe(data[k]);
        }
        expect(permuted(moved, sizes, inverse(axes))).toEqual(data);
      }),
    );
  });

  it('keeps the payload of a NaN', () => {
    const words = Int32Array.of(0x7fc01234, -(2 ** 31), 1, -0x3ffffe);
    const moved = permuted(new Float32Array(words.buffer), [2, 2], [1, 0]);
    expect([...new Int32Array(moved.buffer)]).toEqual([0x7fc01234, 1, -(2 ** 31), -0x3ffffe]);
  });
});

describe('σ of spectrally normalized layers', () => {
  beforeAll(() => useBackend('cpu'));
  const make = {
    conv2d: () =>
      layers.conv2d({ filters: 4, kernelSize: [2, 3], inputShape: [6, 7, 5], name: 'layer' }),
    conv2dTranspose: () =>
      layers.conv2dTranspose({
        filters: 4,
        kernelSize: [2, 3],
        inputShape: [6, 7, 5],
        name: 'layer',
      }),
    dense: () => layers.dense({ units: 4, inputShape: [5], name: 'layer' }),
  };
  const cases = [
    // PyTorch's shape of the weight, and which of its axes are the outputs
    ['conv2d', [4, 5, 2, 3], 0],
    ['conv2dTranspose', [5, 4, 2, 3], 1],
    ['dense', [4, 5], 0],
  ] as const;
  const architecture: Architecture = { maker: 'a test', layouts: () => [{ net: [null, 'layer'] }] };

  it.each(cases)(
    '%s: u and v belong to the rows and columns that PyTorch has',
    async (kind, shape, outputs) => {
      const layer = spectralNormalization({ layer: make[kind]() });
      const model = sequential({ layers: [layer] });
      const size = shape.reduce((a, b) => a * b, 1);
      const rows = shape[outputs];
      const weight = fill(size, 2, 1);
      const [u, v] = [fill(rows, 3, 1), fill(size / rows, 4, 1)];

      // σ = Σ u[o] · W[…, o, …] · v[…], v over the other axes in PyTorch's order
      const inner = shape.slice(outputs + 1).reduce<number>((a, b) => a * b, 1);
      let sigma = 0;
      for (let k = 0; k < size; k++) {
        const row = Math.floor(k / inner) % rows;
        const column = Math.floor(k / (inner * rows)) * inner + (k % inner);
        sigma += u[row]! * weight[k]! * v[column]!;
      }
      const names = {
        'net.1.bias': { shape: [4], data: fill(4, 5, 1) },
        'net.1.weight_orig': { shape, data: weight },
        'net.1.weight_u': { shape: [rows], data: u },
        'net.1.weight_v': { shape: [size / rows], data: v },
      };
      loadWeights('test', model, architecture, names, { strict: true });
      expect(await layer.sigma()['kernel']!.data()).toBeAllclose([sigma], { rtol: 1e-5 });
      const bias = namedWeights(model).find(({ path }) => path === 'layer/bias')!.variable;
      expect(await bias.read().data()).toEqual(fill(4, 5, 1));
    },
  );
});
