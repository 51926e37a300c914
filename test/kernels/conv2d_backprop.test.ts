import { dispose, fill } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { useBackend } from '../helpers/backends.js';
import {
  CORNERS,
  forEachGeometry,
  geometries,
  infoOf,
  largeGeometries,
  throughAllRanges,
} from './geometries.js';
import type { Geometry } from './geometries.js';
import { normal, runOn } from './on_both_backends.js';
import { filterGradient, inputGradient } from './references.js';

const attrsOf = ({ strides, pad }: Geometry) => ({ strides, pad, dataFormat: 'NHWC' });

async function expectInputGradient(geometry: Geometry): Promise<void> {
  const { inputShape, filterShape } = geometry;
  const conv = infoOf(geometry);
  const inputs = { dy: normal('dy', conv.outShape), filter: normal('filter', filterShape) };
  const attrs = { ...attrsOf(geometry), inputShape };
  const dx = await runOn('wasm', 'Conv2DBackpropInput', inputs, attrs);
  expect(dx.shape).toEqual(inputShape);
  const expected = inputGradient(conv, inputs.dy.values, inputs.filter.values);
  expect(dx.values).toBeAllclose(expected, { rtol: 1e-5 });
}

async function expectFilterGradient(geometry: Geometry): Promise<void> {
  const { inputShape, filterShape } = geometry;
  const conv = infoOf(geometry);
  const inputs = { x: normal('x', inputShape), dy: normal('dy', conv.outShape) };
  const attrs = { ...attrsOf(geometry), filterShape };
  const dW = await runOn('wasm', 'Conv2DBackpropFilter', inputs, attrs);
  expect(dW.shape).toEqual(filterShape);
  const expected = filterGradient(conv, inputs.x.values, inputs.dy.values);
  expect(dW.values).toBeAllclose(expected, { rtol: 1e-5 });
}

describe('convolution gradients on wasm', () => {
  it('Conv2DBackpropInput is right on any geometry', async () => {
    await throughAllRanges(geometries, expectInputGradient);
  });

  it('Conv2DBackpropFilter is right on any geometry', async () => {
    await throughAllRanges(geometries, expectFilterGradient);
  });

  it('both are right for images of many channels', async () => {
    await forEachGeometry(largeGeometries, 40, async (geometry) => {
      await expectInputGradient(geometry);
      await expectFilterGradient(geometry);
    });
  });

  it.each(CORNERS)('%s', async (_, geometry) => {
    await expectInputGradient(geometry);
    await expectFilterGradient(geometry);
  });

  it('the filter gradient of no images is zero', async () => {
    await useBackend('wasm');
    dispose(fill([3, 3, 2, 3], 7));
    const attrs = { strides: [1, 1], pad: 'same', dataFormat: 'NHWC', filterShape: [3, 3, 2, 3] };
    const inputs = { x: normal('x', [0, 4, 4, 2]), dy: normal('dy', [0, 4, 4, 3]) };
    const dW = await runOn('wasm', 'Conv2DBackpropFilter', inputs, attrs);
    expect(dW.values).toEqual(new Float32Array(54));
  });
});
