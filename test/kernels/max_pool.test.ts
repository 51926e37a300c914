import { backend_util } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { fc } from '../helpers/properties.js';
import { normal, onBothBackends } from './on_both_backends.js';

const to = (max: number) => fc.integer({ min: 1, max });

interface Pooling {
  image: number[];
  attrs: { filterSize: number[]; strides: number[]; pad: 'same' | 'valid' };
  /** Below zero, all maxima are negative. */
  shift: number;
}

const poolings = <Shape extends number[]>(
  image: fc.Arbitrary<Shape>,
  window: fc.Arbitrary<number[]>,
  outShapeOf: (image: Shape, attrs: Pooling['attrs']) => number[],
): fc.Arbitrary<Pooling> =>
  fc
    .record({
      image,
      attrs: fc.record({
        filterSize: window,
        strides: window,
        pad: fc.constantFrom('same' as const, 'valid' as const),
      }),
      shift: fc.constantFrom(0, -5),
    })
    .filter(({ image, attrs }) => outShapeOf(image, attrs).every((axis) => axis > 0));

const poolings2D = poolings(
  fc.tuple(to(3), to(9), to(9), to(5)),
  fc.tuple(to(3), to(4)),
  (image, { filterSize, strides, pad }) =>
    backend_util.computePool2DInfo(image, filterSize as never, strides as never, 1, pad).outShape,
);
const poolings3D = poolings(
  fc.tuple(to(2), to(5), to(6), to(5), to(3)),
  fc.tuple(to(3), to(3), to(4)),
  (image, { filterSize, strides, pad }) =>
    backend_util.computePool3DInfo(image, filterSize as never, strides as never, 1, pad).outShape,
);

/** dx by definition: each dy goes to the first largest element of its window. */
function gradientOf(image: number[], attrs: Pooling['attrs'], x: Float32Array, dy: Float32Array) {
  const rank = image.length;
  const { filterSize, strides, pad } = attrs;
  const info =
    rank === 4
      ? backend_util.computePool2DInfo(
          image as never,
          filterSize as never,
          strides as never,
          1,
          pad,
        )
      : backend_util.computePool3DInfo(
          image as never,
          filterSize as never,
          strides as never,
          1,
          pad,
        );
  const { top, left, front = 0 } = info.padInfo as { top: number; left: number; front?: number };
  const before = rank === 4 ? [top, left] : [front, top, left];
  const dx = new Float32Array(x.length);
  dy.forEach((value, out) => {
    const [batch, ...place] = unravel(out, info.outShape);
    const channel = place.pop()!;
    let best = -1;
    for (let k = 0; k < filterSize.reduce((a, b) => a * b); k++) {
      const inside = unravel(k, filterSize).map((w, i) => place[i]! * strides[i]! - before[i]! + w);
      if (inside.some((at, i) => at < 0 || at >= image[i + 1]!)) continue;
      const at = ravel([batch!, ...inside, channel], image);
      if (best < 0 || x[at]! > x[best]!) best = at;
    }
    dx[best]! += value;
  });
  return dx;
}

const ravel = (place: number[], shape: number[]) =>
  place.reduce((index, at, axis) => index * shape[axis]! + at, 0);

const unravel = (index: number, shape: number[]) =>
  shape.map((size, axis) => {
    const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
    return Math.floor(index / inner) % size;
  });

it.each([
  ['MaxPool', poolings2D],
  ['MaxPool3D', poolings3D],
])('%s and its gradient on cpu and wasm, whatever the sign of the maximum', async (kernel, of) => {
  await fc.assert(
    fc.asyncProperty(of, async ({ image, attrs, shift }) => {
      const input = normal('input', image);
      // few values, so that there are ties
      input.values.forEach((value, i) => (input.values[i] = Math.round(2 * value) + shift));
      const { cpu, wasm } = await onBothBackends(kernel, { x: input }, attrs);
      expect(wasm).toEqual(cpu);
      const dy = normal('dy', cpu.shape);
      const expected = gradientOf(
        image,
        attrs,
        input.values as Float32Array,
        dy.values as Float32Array,
      );
      const gradients = await onBothBackends(`${kernel}Grad`, { dy, input, output: cpu }, attrs);
      expect(gradients.wasm.shape).toEqual(image);
      expect(gradients.wasm.values).toBeAllclose(expected, { rtol: 1e-6, atol: 1e-6 });
      expect(gradients.cpu.values).toBeAllclose(expected, { rtol: 1e-6, atol: 1e-6 });
    }),
    { seed: 2026, numRuns: 80 },
  );
});
