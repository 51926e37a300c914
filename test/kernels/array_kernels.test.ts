import { clone, concat, memory, slice as part, split, tensor, tidy } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { useBackend } from '../helpers/backends.js';
import { fc } from '../helpers/properties.js';
import { normal, onBothBackends } from './on_both_backends.js';

const to = (max: number) => fc.integer({ min: 1, max });
const shapes = fc.array(to(9), { minLength: 1, maxLength: 4 });
const RUNS = { seed: 2026, numRuns: 60 };

describe('reductions on wasm', () => {
  const reductions = shapes.chain((shape) =>
    fc.record({
      shape: fc.constant(shape),
      axis: fc.subarray(
        shape.map((_, axis) => axis),
        { minLength: 1 },
      ),
      keepDims: fc.boolean(),
    }),
  );

  it.each(['Sum', 'Mean'])('%s equals cpu over any axes', async (kernelName) => {
    await fc.assert(
      fc.asyncProperty(reductions, async ({ shape, axis, keepDims }) => {
        const x = normal('x', shape);
        const { cpu, wasm } = await onBothBackends(kernelName, { x }, { axis, keepDims });
        expect(wasm.shape).toEqual(cpu.shape);
        expect(wasm.values).toBeAllclose(cpu.values, { rtol: 1e-6, atol: 1e-6 });
      }),
      RUNS,
    );
  });

  it.each([
    ['down a column', [200_003, 9], 0],
    ['along a row', [3, 600_001], 1],
  ])('sums 200,000 terms and more %s to float32 rounding', async (_, shape, axis) => {
    const x = normal('x', shape);
    // far from zero: float32 partial sums lose the low digits
    for (let i = 0; i < x.values.length; i++) x.values[i]! += 3;
    const { wasm } = await onBothBackends('Sum', { x }, { axis: [axis], keepDims: false });
    const expected = new Float64Array(shape[1 - axis]!);
    x.values.forEach((value, i) => {
      expected[axis === 0 ? i % shape[1]! : Math.floor(i / shape[1]!)]! += value;
    });
    expect(wasm.values).toBeAllclose(expected, { rtol: 1e-7 });
  });

  it('sums integers as integers, and nothing to zero', async () => {
    const x = { shape: [2, 3], values: Int32Array.of(1, 2, 3, 4, 5, 6) };
    const { wasm } = await onBothBackends('Sum', { x }, { axis: [0], keepDims: false });
    expect(wasm.dtype).toBe('int32');
    expect(Array.from(wasm.values)).toEqual([5, 7, 9]);
    const empty = { shape: [0, 2], values: new Float32Array(0) };
    const none = await onBothBackends('Sum', { x: empty }, { axis: [0], keepDims: false });
    expect(none.wasm.shape).toEqual([2]);
  });
});

describe('Tile on wasm', () => {
  it('equals cpu for every shape and count', async () => {
    const tilings = shapes.chain((shape) =>
      fc.record({
        shape: fc.constant(shape),
        reps: fc.array(to(5), { minLength: shape.length, maxLength: shape.length }),
      }),
    );
    await fc.assert(
      fc.asyncProperty(tilings, async ({ shape, reps }) => {
        const { cpu, wasm } = await onBothBackends('Tile', { x: normal('x', shape) }, { reps });
        expect(wasm.shape).toEqual(cpu.shape);
        expect(Array.from(wasm.values)).toEqual(Array.from(cpu.values));
      }),
      RUNS,
    );
  });

  it('keeps the dtype', async () => {
    const x = { shape: [3], values: Int32Array.of(7, -1, 5) };
    const { wasm } = await onBothBackends('Tile', { x }, { reps: [2] });
    expect(wasm.dtype).toBe('int32');
    expect(Array.from(wasm.values)).toEqual([7, -1, 5, 7, -1, 5]);
  });
});

describe('OneHot on wasm', () => {
  const indices = { shape: [2, 3], values: Int32Array.of(0, 2, 3, -1, 4, 1) };

  it.each(['float32', 'int32', 'bool'])(
    'equals cpu in %s, also outside of the rows',
    async (dtype) => {
      const attrs = { depth: 4, onValue: 1, offValue: 0, dtype };
      const { cpu, wasm } = await onBothBackends('OneHot', { indices }, attrs);
      expect([wasm.shape, wasm.dtype]).toEqual([[2, 3, 4], dtype]);
      expect(Array.from(wasm.values)).toEqual(Array.from(cpu.values));
      expect(wasm.values.reduce((sum, value) => sum + value)).toBe(4);
    },
  );

  it('writes any two numbers', async () => {
    const attrs = { depth: 4, onValue: 0.75, offValue: -0.5, dtype: 'float32' };
    const { cpu, wasm } = await onBothBackends('OneHot', { indices }, attrs);
    expect(Array.from(wasm.values)).toEqual(Array.from(cpu.values));
  });
});

describe('Slice on wasm', () => {
  const slices = fc
    .array(fc.record({ begin: fc.nat(4), size: fc.nat(5), after: fc.nat(3) }), {
      minLength: 1,
      maxLength: 5,
    })
    .chain((axes) => fc.record({ axes: fc.constant(axes), rest: fc.boolean() }));

  it('equals cpu for every part of every shape', async () => {
    await fc.assert(
      fc.asyncProperty(slices, async ({ axes, rest }) => {
        const shape = axes.map(({ begin, size, after }) => begin + size + (rest ? 0 : after));
        const begin = axes.map((axis) => axis.begin);
        const size = axes.map((axis) => (rest ? -1 : axis.size));
        const { cpu, wasm } = await onBothBackends(
          'Slice',
          { x: normal('x', shape) },
          { begin, size },
        );
        expect(wasm.shape).toEqual(axes.map((axis) => axis.size));
        expect(Array.from(wasm.values)).toEqual(Array.from(cpu.values));
      }),
      { ...RUNS, numRuns: 150 },
    );
  });

  it('copies long runs too, and keeps the dtype', async () => {
    const attrs = { begin: [1, 2, 0], size: [2, 3, 40] };
    const x = normal('x', [4, 6, 40]);
    const { cpu, wasm } = await onBothBackends('Slice', { x }, attrs);
    expect(Array.from(wasm.values)).toEqual(Array.from(cpu.values));
    const integers = { shape: [4], values: Int32Array.of(7, -1, 5, 2) };
    const part = await onBothBackends('Slice', { x: integers }, { begin: [1], size: [2] });
    expect(part.wasm.dtype).toBe('int32');
    expect(Array.from(part.wasm.values)).toEqual([-1, 5]);
  });

  it('slices booleans, and refuses what lies outside', async () => {
    await useBackend('wasm');
    const flags = part(tensor([true, false, true], [3], 'bool'), [1], [2]);
    expect(flags.dtype).toBe('bool');
    expect(Array.from(await flags.data())).toEqual([0, 1]);
    expect(() => part(tensor([1, 2, 3]), [1], [3])).toThrow(/begin\[0\] \+ size\[0\]/);
    await useBackend('cpu');
  });
});

describe('Concat and SplitV on wasm', () => {
  const joints = shapes.chain((shape) =>
    fc.record({
      shape: fc.constant(shape),
      axis: fc.nat(shape.length - 1),
      lengths: fc.array(fc.nat(20), { minLength: 1, maxLength: 4 }),
    }),
  );

  it('join and split along any axis, and each undoes the other', async () => {
    await useBackend('wasm');
    const check = async (shape: number[], axis: number, lengths: number[]) => {
      const parts = lengths.map((length, i) => {
        const own = shape.map((size, j) => (j === axis ? length : size));
        const { values } = normal(`part ${i}`, own);
        return tensor(values, own);
      });
      const whole = concat(parts, axis);
      const again = split(whole, lengths, axis);
      expect(again.map((one) => one.shape)).toEqual(parts.map((one) => one.shape));
      for (const [i, one] of again.entries())
        expect(await one.data()).toEqual(await parts[i]!.data());
      const before = shape.slice(0, axis).reduce((product, size) => product * size, 1);
      const values = parts.map((one) => one.dataSync<'float32'>());
      const joined = Array.from({ length: before }, (_, row) =>
        values.map((of) => {
          const width = of.length / before;
          return [...of.subarray(row * width, (row + 1) * width)];
        }),
      ).flat(2);
      expect([...(await whole.data())]).toEqual(joined);
      for (const one of [...parts, whole, ...again]) one.dispose();
    };
    await fc.assert(
      fc.asyncProperty(joints, ({ shape, axis, lengths }) => check(shape, axis, lengths)),
      RUNS,
    );
    // large enough for threads
    await check([3, 90, 91, 1], 3, [3, 1, 17, 0]);
    await check([2, 1, 300, 7], 1, [20, 3]);
  });

  it('keep integers and booleans', async () => {
    await useBackend('wasm');
    const flags = tensor([true, false, true, true, false, false], [2, 3], 'bool');
    const [first, rest] = split(flags, [1, 2], 1) as [typeof flags, typeof flags];
    expect([first.dtype, ...(await first.data())]).toEqual(['bool', 1, 1]);
    expect([...(await rest.data())]).toEqual([0, 1, 0, 0]);
    const numbers = concat([tensor([7, -1], [2, 1], 'int32'), tensor([5, 9], [2, 1], 'int32')], 1);
    expect([numbers.dtype, ...(await numbers.data())]).toEqual(['int32', 7, 5, -1, 9]);
  });
});

describe('LeakyRelu on wasm', () => {
  it.each([0, 0.2, 1.5])('equals cpu, slope %d', async (alpha) => {
    const x = normal('x', [7, 11]);
    x.values.set([0, -0, Infinity, 1e-42]);
    const { cpu, wasm } = await onBothBackends('LeakyRelu', { x }, { alpha });
    expect(wasm.values).toBeAllclose(cpu.values, { rtol: 1e-7 });
  });

  it('passes NaN on', async () => {
    const x = { shape: [2], values: Float32Array.of(NaN, -1) };
    const { wasm } = await onBothBackends('LeakyRelu', { x }, { alpha: 0.5 });
    expect(Array.from(wasm.values)).toEqual([NaN, -0.5]);
  });
});

describe('UnsortedSegmentSum on wasm', () => {
  it('equals cpu', async () => {
    const segments = fc.record({
      ids: fc.array(fc.integer({ min: -1, max: 6 }), { minLength: 1, maxLength: 20 }),
      row: fc.array(to(5), { maxLength: 2 }),
      numSegments: to(7),
    });
    await fc.assert(
      fc.asyncProperty(segments, async ({ ids, row, numSegments }) => {
        const x = normal('x', [ids.length, ...row]);
        const segmentIds = { shape: [ids.length], values: Int32Array.from(ids) };
        const { cpu, wasm } = await onBothBackends(
          'UnsortedSegmentSum',
          { x, segmentIds },
          { numSegments },
        );
        expect(wasm.shape).toEqual([numSegments, ...row]);
        expect(wasm.values).toBeAllclose(cpu.values, { rtol: 1e-6, atol: 1e-6 });
      }),
      RUNS,
    );
  });
});

describe('Identity on wasm', () => {
  it('shares the data until the last user is gone', async () => {
    await useBackend('wasm');
    const x = tensor([1, 2, 3]);
    const before = memory().numDataBuffers;
    const y = clone(x);
    expect(memory().numDataBuffers).toBe(before);
    x.dispose();
    expect(Array.from(await y.data())).toEqual([1, 2, 3]);
    y.dispose();
    expect(memory().numDataBuffers).toBe(before - 1);
    expect(tidy(() => clone(clone(tensor([4]))).shape)).toEqual([1]);
    expect(memory().numDataBuffers).toBe(before - 1);
  });
});
