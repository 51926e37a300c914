import { backend_util } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { fc } from '../helpers/properties.js';
import { normal, onBothBackends } from './on_both_backends.js';

type Shape5D = [number, number, number, number, number];

const to = (max: number) => fc.integer({ min: 1, max });

const geometries = fc
  .record({
    image: fc.tuple(to(3), to(5), to(6), to(5)),
    kernel: fc.tuple(to(3), to(4), to(3)),
    channels: fc.tuple(to(5), to(6)),
    strides: fc.tuple(to(3), to(2), to(3)),
    pad: fc.constantFrom('same' as const, 'valid' as const),
  })
  .map(({ image, kernel, channels, strides, pad }) => {
    const inputShape: Shape5D = [...image, channels[0]];
    const filterShape: Shape5D = [...kernel, ...channels];
    const { outShape } = backend_util.computeConv3DInfo(inputShape, filterShape, strides, 1, pad);
    return { inputShape, filterShape, outShape, attrs: { strides, pad } };
  })
  .filter(({ outShape }) => outShape.every((axis) => axis > 0));

const RUNS = { seed: 2026, numRuns: 60 };

describe('3-D convolution gradients on wasm', () => {
  it('Conv3DBackpropInputV2 equals cpu', async () => {
    await fc.assert(
      fc.asyncProperty(geometries, async ({ inputShape, filterShape, outShape, attrs }) => {
        const { cpu, wasm } = await onBothBackends(
          'Conv3DBackpropInputV2',
          { dy: normal('dy', outShape), filter: normal('filter', filterShape) },
          { ...attrs, inputShape },
        );
        expect(wasm.shape).toEqual(inputShape);
        expect(wasm.values).toBeAllclose(cpu.values, { rtol: 1e-5, atol: 1e-6 });
      }),
      RUNS,
    );
  });

  it('Conv3DBackpropFilterV2 equals cpu', async () => {
    await fc.assert(
      fc.asyncProperty(geometries, async ({ inputShape, filterShape, outShape, attrs }) => {
        const { cpu, wasm } = await onBothBackends(
          'Conv3DBackpropFilterV2',
          { x: normal('x', inputShape), dy: normal('dy', outShape) },
          { ...attrs, filterShape },
        );
        expect(wasm.shape).toEqual(filterShape);
        expect(wasm.values).toBeAllclose(cpu.values, { rtol: 1e-5, atol: 1e-6 });
      }),
      RUNS,
    );
  });
});
