import { backend_util } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { fc } from '../helpers/properties.js';
import { normal, onBothBackends } from './on_both_backends.js';

const to = (max: number) => fc.integer({ min: 1, max });

const poolings = fc
  .record({
    image: fc.tuple(to(3), to(9), to(9), to(5)),
    filterSize: fc.tuple(to(3), to(4)),
    strides: fc.tuple(to(3), to(3)),
    pad: fc.constantFrom('same' as const, 'valid' as const),
    shift: fc.constantFrom(0, -5),
  })
  .map(({ image, filterSize, strides, pad, shift }) => {
    const { outShape } = backend_util.computePool2DInfo(image, filterSize, strides, 1, pad);
    return { image, outShape, attrs: { filterSize, strides, pad }, shift };
  })
  .filter(({ outShape }) => outShape.every((axis) => axis > 0));

it('MaxPoolGrad on wasm equals cpu, whatever the sign of the maximum', async () => {
  await fc.assert(
    fc.asyncProperty(poolings, async ({ image, outShape, attrs, shift }) => {
      const input = normal('input', image);
      input.values.forEach((value, i) => (input.values[i] = value + shift));
      const forward = await onBothBackends('MaxPool', { x: input }, attrs);
      const output = { shape: forward.cpu.shape, values: forward.cpu.values };
      const dy = normal('dy', outShape);
      const { cpu, wasm } = await onBothBackends('MaxPoolGrad', { dy, input, output }, attrs);
      expect(wasm.shape).toEqual(image);
      expect(wasm.values).toBeAllclose(cpu.values, { rtol: 1e-6, atol: 1e-6 });
    }),
    { seed: 2026, numRuns: 80 },
  );
});
