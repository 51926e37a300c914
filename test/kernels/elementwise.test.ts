import { cast, memory, tensor } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { useBackend } from '../helpers/backends.js';
import { fc } from '../helpers/properties.js';
import { normal, onBothBackends } from './on_both_backends.js';
import type { Input } from './on_both_backends.js';

const OF_TWO = ['Add', 'Sub', 'Multiply', 'RealDiv'];
const OF_ONE: Record<string, object> = {
  Abs: {},
  ClipByValue: { clipValueMin: -0.5, clipValueMax: 0.75 },
  LeakyRelu: { alpha: 0.25 },
  Neg: {},
  Relu: {},
  Relu6: {},
  Square: {},
  Step: { alpha: 0.25 },
};
const SPECIAL = [0, -0, NaN, Infinity, -Infinity, 1e-42, -1e-42, 3e38, -3e38];

/** Normal values, among them some that are not normal numbers. */
function drawn(name: string, shape: readonly number[]): Input {
  const x = normal(name, shape);
  for (let i = 0; i < x.values.length; i += 3)
    x.values[i] = SPECIAL[(i / 3 + name.charCodeAt(0)) % SPECIAL.length]!;
  return x;
}

const length = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 14, max: 37 }));
/** Two shapes that broadcast to one: axes have length 1 in either, or are missing at the front. */
const pairs = fc
  .array(fc.record({ length, a: fc.boolean(), b: fc.boolean() }), { minLength: 0, maxLength: 4 })
  .chain((axes) =>
    fc.record({
      axes: fc.constant(axes),
      ofA: fc.nat(axes.length),
      ofB: fc.nat(axes.length),
    }),
  )
  .map(({ axes, ofA, ofB }) => ({
    a: axes.slice(ofA).map((axis) => (axis.a ? axis.length : 1)),
    b: axes.slice(ofB).map((axis) => (axis.b ? axis.length : 1)),
  }));
/** The pairs of networks: layers' vectors, gates by sample or place, and large tensors. */
const COMMON: { a: number[]; b: number[] }[] = [
  { a: [2, 5, 5, 19], b: [19] },
  { a: [1, 1, 1, 19], b: [2, 5, 5, 19] },
  { a: [3, 4, 5, 17], b: [3, 1, 1, 17] },
  { a: [3, 4, 5, 17], b: [3, 4, 5, 1] },
  { a: [3, 1, 1, 1], b: [3, 4, 5, 17] },
  { a: [3, 300, 91], b: [3, 1, 91] },
  { a: [3, 300, 91], b: [] },
  { a: [3, 300, 91], b: [3, 300, 91] },
  { a: [2, 40_001], b: [40_001] },
];

describe('functions of two elements on wasm', () => {
  it.each(OF_TWO)('%s has the bits of cpu for shapes of all kinds', async (kernelName) => {
    const check = async ({ a, b }: { a: number[]; b: number[] }) => {
      const inputs = { a: drawn('a', a), b: drawn('b', b) };
      const { cpu, wasm } = await onBothBackends(kernelName, inputs, {});
      expect(wasm.shape).toEqual(cpu.shape);
      expect(wasm.values).toEqual(cpu.values);
    };
    for (const shapes of COMMON) await check(shapes);
    await fc.assert(fc.asyncProperty(pairs, check), { numRuns: 150 });
  });

  it.each(OF_TWO)('%s leaves integers to stock wasm', async (kernelName) => {
    const a = { shape: [3], values: Int32Array.of(7, -1, 5) };
    const { cpu, wasm } = await onBothBackends(kernelName, { a, b: a }, {});
    expect([wasm.dtype, ...wasm.values]).toEqual([cpu.dtype, ...cpu.values]);
  });
});

describe('functions of one element on wasm', () => {
  it.each(Object.keys(OF_ONE))('%s has the bits of cpu', async (kernelName) => {
    for (const shape of [[], [0, 3], [1], [7], [16, 3], [5, 5, 5], [70_003]]) {
      const x = drawn('x', shape);
      const { cpu, wasm } = await onBothBackends(kernelName, { x }, OF_ONE[kernelName]!);
      expect(wasm.shape).toEqual(cpu.shape);
      expect(wasm.values).toEqual(cpu.values);
    }
  });
});

describe('Cast on wasm', () => {
  it('shares the data of a tensor that has the dtype', async () => {
    await useBackend('wasm');
    const x = tensor([1.5, -2, 3]);
    const before = memory().numDataBuffers;
    const same = cast(x, 'float32');
    expect(memory().numDataBuffers).toBe(before);
    x.dispose();
    expect([...(await same.data())]).toEqual([1.5, -2, 3]);
    same.dispose();
    expect(memory().numDataBuffers).toBe(before - 1);
  });

  it('converts others', async () => {
    const x = { shape: [3], values: Float32Array.of(1.5, -2.5, 0) };
    const { cpu, wasm } = await onBothBackends('Cast', { x }, { dtype: 'int32' });
    expect([wasm.dtype, ...wasm.values]).toEqual([cpu.dtype, ...cpu.values]);
  });
});
