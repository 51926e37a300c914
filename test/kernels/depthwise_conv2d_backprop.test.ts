import { backend_util } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { fc } from '../helpers/properties.js';
import { normal, onBothBackends } from './on_both_backends.js';

type Shape4D = [number, number, number, number];

const to = (max: number) => fc.integer({ min: 1, max });
const edges = fc.tuple(fc.nat(4), fc.nat(4));

/** Strides or dilations, multipliers, every padding, odd sizes. */
const geometries = fc
  .record({
    image: fc.tuple(to(4), to(13), to(13), fc.oneof(to(9), fc.constantFrom(16, 33, 64))),
    kernel: fc.tuple(to(7), to(7)),
    multiplier: to(3),
    strides: fc.tuple(to(3), to(3)),
    dilations: fc.tuple(to(3), to(3)),
    pad: fc.oneof(
      fc.constantFrom('same' as const, 'valid' as const),
      fc
        .tuple(edges, edges)
        .map((edges): backend_util.ExplicitPadding => [[0, 0], ...edges, [0, 0]]),
    ),
  })
  .map(({ image, kernel, multiplier, strides, dilations, pad }) => {
    const spread: [number, number] = strides.every((s) => s === 1) ? dilations : [1, 1];
    const filterShape: Shape4D = [...kernel, image[3], multiplier];
    const conv = backend_util.computeConv2DInfo(
      image,
      filterShape,
      strides,
      spread,
      pad,
      'floor',
      true,
    );
    const { inShape, outShape } = conv;
    return { inShape, filterShape, outShape, attrs: { strides, dilations: spread, pad } };
  })
  .filter(({ outShape }) => outShape.every((axis) => axis > 0));

const RUNS = { seed: 2026, numRuns: 100 };

describe('depthwise convolution gradients on wasm', () => {
  it('DepthwiseConv2dNativeBackpropInput equals cpu', async () => {
    await fc.assert(
      fc.asyncProperty(geometries, async ({ inShape, filterShape, outShape, attrs }) => {
        // the cpu kernel leaves dilations out of account
        fc.pre(attrs.dilations.every((d) => d === 1));
        const { cpu, wasm } = await onBothBackends(
          'DepthwiseConv2dNativeBackpropInput',
          { dy: normal('dy', outShape), filter: normal('filter', filterShape) },
          { ...attrs, inputShape: inShape },
        );
        expect(wasm.shape).toEqual(inShape);
        expect(wasm.values).toBeAllclose(cpu.values, { rtol: 1e-5, atol: 1e-6 });
      }),
      RUNS,
    );
  });

  it('DepthwiseConv2dNativeBackpropFilter equals cpu', async () => {
    await fc.assert(
      fc.asyncProperty(geometries, async ({ inShape, filterShape, outShape, attrs }) => {
        fc.pre(attrs.dilations.every((d) => d === 1));
        const { cpu, wasm } = await onBothBackends(
          'DepthwiseConv2dNativeBackpropFilter',
          { x: normal('x', inShape), dy: normal('dy', outShape) },
          { ...attrs, filterShape },
        );
        expect(wasm.shape).toEqual(filterShape);
        expect(wasm.values).toBeAllclose(cpu.values, { rtol: 1e-5, atol: 1e-6 });
      }),
      RUNS,
    );
  });

  it('dilated, both are the transposes of the forward pass', async () => {
    // <dy, conv(x, W)> = <dx, x> = <dW, W>, for the cpu kernels know no dilation
    await fc.assert(
      fc.asyncProperty(geometries, async ({ inShape, filterShape, outShape, attrs }) => {
        const x = normal('x', inShape);
        const dy = normal('dy', outShape);
        const filter = normal('filter', filterShape);
        const forward = await onBothBackends('DepthwiseConv2dNative', { x, filter }, attrs);
        const dx = await onBothBackends(
          'DepthwiseConv2dNativeBackpropInput',
          { dy, filter },
          { ...attrs, inputShape: inShape },
        );
        const dW = await onBothBackends(
          'DepthwiseConv2dNativeBackpropFilter',
          { x, dy },
          { ...attrs, filterShape },
        );
        const expected = dot(dy.values, forward.cpu.values);
        const size = Math.sqrt(
          dot(dy.values, dy.values) * dot(forward.cpu.values, forward.cpu.values),
        );
        expect(Math.abs(dot(dx.wasm.values, x.values) - expected)).toBeLessThan(1e-5 * size + 1e-5);
        expect(Math.abs(dot(dW.wasm.values, filter.values) - expected)).toBeLessThan(
          1e-5 * size + 1e-5,
        );
      }),
      RUNS,
    );
  });
});

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
