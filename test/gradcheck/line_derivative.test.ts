import { describe, expect, it } from 'vitest';
import { lineDerivative } from '../../src/gradcheck/line_derivative.js';

const at = async (f: (t: number) => number, limit = 1e-3) => {
  const derivative = await lineDerivative(
    async (t) => Float64Array.of(f(t)),
    ({ uncertainty }) => (uncertainty[0]! <= limit ? 0 : 1),
    12,
  );
  return { value: derivative.value[0]!, sure: derivative.uncertainty[0]! <= limit };
};

describe('lineDerivative', () => {
  it('finds the slope of a smooth function', async () => {
    const { value, sure } = await at((t) => Math.exp(2 * t) * Math.cos(t));
    expect(sure).toBe(true);
    expect(value).toBeCloseTo(2, 6);
  });

  it.each([0.05, 0.01, 0.001])('steps below a kink at %s', async (kink) => {
    const { value, sure } = await at((t) => 3 * t + Math.abs(t - kink));
    expect(sure).toBe(true);
    expect(value).toBeCloseTo(2, 6);
  });

  it.each([0, 1e-7, -1e-6])(
    'is not sure at a kink at %s, which looks like a mean slope',
    async (kink) => {
      expect((await at((t) => 3 * t + Math.abs(t - kink))).sure).toBe(false);
    },
  );

  it('is not sure at a jump', async () => {
    expect((await at((t) => t + (t > 1e-6 ? 1 : 0))).sure).toBe(false);
  });
});
