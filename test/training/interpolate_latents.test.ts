import { dispose, tensor2d } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { interpolateLatents } from '../../src/training/interpolate_latents.js';
import { sampleLatents } from '../../src/training/latents.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { expectNoLeak } from '../helpers/leaks.js';

/** The formula in float64. */
function slerp(a: readonly number[], b: readonly number[], t: number): number[] {
  const dot = (u: readonly number[], v: readonly number[]) =>
    u.reduce((s, x, i) => s + x * v[i]!, 0);
  const angle = Math.acos(dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b)));
  const [ofA, ofB] = [1 - t, t].map((part) => Math.sin(part * angle) / Math.sin(angle));
  return a.map((x, i) => ofA! * x + ofB! * b[i]!);
}

describe.each(BACKENDS)('interpolateLatents on %s', (backend) => {
  // sine and arc cosine of shaders have three digits
  const atol = backend.startsWith('webg') ? 5e-4 : 2e-5;
  beforeAll(() => useBackend(backend));

  it.each([false, true])('follows the formula through all vectors, loop: %s', async (loop) => {
    const given = sampleLatents({ count: 3, size: 5, seed: 3 });
    const rows = await given.array();
    const path = interpolateLatents(given, { steps: 4, loop });
    const wanted: number[][] = [];
    for (let i = 0; i < (loop ? 3 : 2); i++)
      for (let k = 0; k < 4; k++) wanted.push(slerp(rows[i]!, rows[(i + 1) % 3]!, k / 4));
    if (!loop) wanted.push(rows[2]!);
    expect(path.shape).toEqual([loop ? 12 : 9, 5]);
    expect(await path.data()).toBeAllclose(Float64Array.from(wanted.flat()), { atol });
    expect(given.isDisposed).toBe(false);
    dispose([given, path]);
  });

  it('keeps the length on the arc, which a line does not', async () => {
    const given = tensor2d([
      [3, 0],
      [0, 3],
    ]);
    const lengths = async (kind: 'spherical' | 'linear') => {
      const path = interpolateLatents(given, { steps: 2, path: kind });
      const [x, y] = (await path.array())[1]!;
      path.dispose();
      return Math.hypot(x!, y!);
    };
    expect(Math.abs((await lengths('spherical')) - 3)).toBeLessThan(atol);
    expect(await lengths('linear')).toBeCloseTo(3 / Math.SQRT2, 5);
    given.dispose();
  });

  it('takes a line between parallel vectors and opposite ones', async () => {
    const given = tensor2d([
      [1, 2],
      [2, 4],
      [-2, -4],
    ]);
    const path = interpolateLatents(given, { steps: 2 });
    expect((await path.array()).flat()).toBeAllclose([1, 2, 1.5, 3, 2, 4, 0, 0, -2, -4], {
      atol: 1e-5,
    });
    dispose([given, path]);
  });

  it('leaves no tensor behind', async () => {
    const given = sampleLatents({ count: 3, size: 5 });
    await expectNoLeak(() => interpolateLatents(given).dispose(), 50);
    given.dispose();
  });
});
