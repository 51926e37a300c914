import { describe, expect, it } from 'vitest';
import { fc } from '../helpers/properties.js';
import {
  CORNERS,
  dilatedGeometries,
  forEachGeometry,
  infoOf,
  largeGeometries,
  throughAllRanges,
} from './geometries.js';
import type { Geometry } from './geometries.js';
import { normal, runOn } from './on_both_backends.js';
import { ACTIVATIONS, convolution } from './references.js';

const attrsOf = ({ strides, dilations, pad }: Geometry) => ({
  strides,
  dilations,
  pad,
  dataFormat: 'NHWC',
});

async function expectConvolution(geometry: Geometry): Promise<void> {
  const conv = infoOf(geometry);
  const x = normal('x', geometry.inputShape);
  const filter = normal('filter', geometry.filterShape);
  const y = await runOn('wasm', 'Conv2D', { x, filter }, attrsOf(geometry));
  expect(y.shape).toEqual(conv.outShape);
  const expected = convolution(conv, x.values, filter.values);
  expect(y.values).toBeAllclose(expected, { rtol: 1e-5 });
}

async function expectFused(geometry: Geometry, activation: string, biased: boolean): Promise<void> {
  const conv = infoOf(geometry);
  const { outChannels } = conv;
  const x = normal('x', geometry.inputShape);
  const filter = normal('filter', geometry.filterShape);
  const bias = normal('bias', [outChannels]);
  const slopes = normal('slopes', [outChannels]);
  const isPrelu = activation === 'prelu';
  const y = await runOn(
    'wasm',
    'FusedConv2D',
    {
      ...{ x, filter },
      ...(biased && { bias }),
      ...(isPrelu && { preluActivationWeights: slopes }),
    },
    { ...attrsOf(geometry), activation, leakyreluAlpha: 0.3 },
  );
  expect(y.shape).toEqual(conv.outShape);
  const expected = convolution(conv, x.values, filter.values).map((sum, i) => {
    const d = i % outChannels;
    const slope = isPrelu ? slopes.values[d]! : 0.3;
    return ACTIVATIONS[activation]!(biased ? sum + bias.values[d]! : sum, slope);
  });
  expect(y.values).toBeAllclose(expected, { rtol: 1e-5 });
}

describe('convolutions on wasm', () => {
  it('Conv2D is right on any geometry', async () => {
    await throughAllRanges(dilatedGeometries, expectConvolution);
  });

  it('Conv2D is right for images of many channels', async () => {
    await forEachGeometry(largeGeometries, 60, expectConvolution);
  });

  it.each(CORNERS)('%s', async (_, geometry) => {
    await expectConvolution(geometry);
    await expectFused(geometry, 'relu', true);
  });

  it.each(Object.keys(ACTIVATIONS))('FusedConv2D is right with %s', async (activation) => {
    await fc.assert(
      fc.asyncProperty(dilatedGeometries, fc.boolean(), (geometry, biased) =>
        expectFused(geometry, activation, biased),
      ),
      { seed: 2026, numRuns: 40 },
    );
  });
});
