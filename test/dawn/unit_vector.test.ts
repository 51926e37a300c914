import { engine, tensor } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { UNIT_VECTOR } from '../../src/ops/power_iteration.js';
import { useBackend } from '../helpers/backends.js';

async function unit(values: number[] | Float32Array, epsilon: number): Promise<Float32Array> {
  const x = tensor(values, [values.length, 1], 'float32');
  const y = engine().runKernel<Tensor>(UNIT_VECTOR, { x }, { epsilon });
  expect(y.shape).toEqual(x.shape);
  const result = await y.data<'float32'>();
  x.dispose();
  y.dispose();
  return result;
}

describe('unit vectors on webgpu', () => {
  beforeAll(() => useBackend('webgpu'));

  it.each([1, 3, 257, 20_000])('of %d elements', async (size) => {
    const values = new RandomStream(4).normalValues(size);
    const norm = Math.sqrt(values.reduce((total: number, value) => total + value ** 2, 0));
    const expected = values.map((value) => value / norm);
    expect(await unit(values, 1e-12)).toBeAllclose(expected, { rtol: 1e-6 });
  });

  it('are divided by ε where they are short, and NaN as a whole', async () => {
    expect(await unit([3, 4], 100)).toBeAllclose([0.03, 0.04], { rtol: 1e-6 });
    expect(await unit([0, 0], 1e-12)).toEqual(Float32Array.of(0, 0));
    expect(await unit([3, NaN, 4], 1e-12)).toEqual(Float32Array.of(NaN, NaN, NaN));
  });
});
