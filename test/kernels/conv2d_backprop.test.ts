import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
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
