import { engine, tensor } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { useBackend } from '../helpers/backends.js';
import { geometries } from './geometries.js';
import type { Geometry } from './geometries.js';
import { normal, onBothBackends } from './on_both_backends.js';

const RUNS = { seed: 2026, numRuns: 250 };

const attrsOf = ({ strides, pad }: Geometry) => ({ strides, pad, dataFormat: 'NHWC' });

async function expectInputGradient(geometry: Geometry): Promise<void> {
  const { inputShape, filterShape, outShape } = geometry;
  const inputs = { dy: normal('dy', outShape), filter: normal('filter', filterShape) };
  const attrs = { ...attrsOf(geometry), inputShape };
  const { cpu, wasm } = await onBothBackends('Conv2DBackpropInput', inputs, attrs);
  expect(wasm.shape).toEqual(inputShape);
  expect(wasm.values).toBeAllclose(cpu.values, { rtol: 1e-5, atol: 1e-6 });
}

async function expectFilterGradient(geometry: Geometry): Promise<void> {
  const { inputShape, filterShape, outShape } = geometry;
  const inputs = { x: normal('x', inputShape), dy: normal('dy', outShape) };
  const attrs = { ...attrsOf(geometry), filterShape };
  const { cpu, wasm } = await onBothBackends('Conv2DBackpropFilter', inputs, attrs);
  expect(wasm.shape).toEqual(filterShape);
  expect(wasm.values).toBeAllclose(cpu.values, { rtol: 1e-5, atol: 1e-6 });
}

describe('convolution gradients on wasm', () => {
  it('Conv2DBackpropInput equals cpu on any geometry', async () => {
    await fc.assert(fc.asyncProperty(geometries, expectInputGradient), RUNS);
  });

  it('Conv2DBackpropFilter equals cpu on any geometry', async () => {
    await fc.assert(fc.asyncProperty(geometries, expectFilterGradient), RUNS);
  });

  const corners: [string, Geometry][] = [
    [
      'a stride longer than the filter',
      {
        inputShape: [2, 7, 8, 6],
        filterShape: [1, 2, 6, 5],
        outShape: [2, 3, 3, 5],
        strides: [3, 3],
        pad: 'same',
      },
    ],
    [
      'a filter that sees only padding',
      {
        inputShape: [2, 1, 4, 6],
        filterShape: [1, 1, 6, 3],
        outShape: [2, 1, 2, 3],
        strides: [3, 2],
        pad: [
          [0, 0],
          [2, 0],
          [0, 0],
          [0, 0],
        ],
      },
    ],
    [
      'one channel in, many out',
      {
        inputShape: [3, 9, 9, 1],
        filterShape: [5, 5, 1, 64],
        outShape: [3, 5, 5, 64],
        strides: [2, 2],
        pad: 'same',
      },
    ],
    [
      'padding wider than the filter',
      {
        inputShape: [1, 3, 5, 5],
        filterShape: [2, 2, 5, 9],
        outShape: [1, 5, 7, 9],
        strides: [2, 1],
        pad: [
          [0, 0],
          [4, 3],
          [0, 3],
          [0, 0],
        ],
      },
    ],
  ];
  it.each(corners)('%s', async (_, geometry) => {
    await expectInputGradient(geometry);
    await expectFilterGradient(geometry);
  });
});

it('the filter gradient of many terms is added up in parts, and keeps its digits', async () => {
  await useBackend('wasm');
  const [batch, side, channels, filters] = [20, 64, 5, 6] as const;
  const [x, dy] = [
    normal('x', [batch, side, side, channels]),
    normal('dy', [batch, side, side, filters]),
  ];
  const gradient = engine().runKernel<Tensor>(
    'Conv2DBackpropFilter',
    { x: tensor(x.values, [...x.shape]), dy: tensor(dy.values, [...dy.shape]) },
    { strides: [1, 1], pad: 'same', dataFormat: 'NHWC', filterShape: [3, 3, channels, filters] },
  );
  const expected = new Float64Array(9 * channels * filters);
  for (let n = 0; n < batch; n++)
    for (let p = 0; p < side; p++)
      for (let q = 0; q < side; q++)
        for (let tap = 0; tap < 9; tap++) {
          const [h, w] = [p + Math.floor(tap / 3) - 1, q + (tap % 3) - 1];
          if (h < 0 || h >= side || w < 0 || w >= side) continue;
          for (let c = 0; c < channels; c++)
            for (let d = 0; d < filters; d++)
              expected[(tap * channels + c) * filters + d]! +=
                x.values[((n * side + h) * side + w) * channels + c]! *
                dy.values[((n * side + p) * side + q) * filters + d]!;
        }
  expect(await gradient.data()).toBeAllclose(expected, { rtol: 3e-6 });
});
