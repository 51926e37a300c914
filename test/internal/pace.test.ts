import { describe, expect, it } from 'vitest';
import { pace } from '../../src/internal/pace.js';

const busy = (milliseconds: number) => {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
};

describe('pace', () => {
  it('lets timers run within long work', async () => {
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    const turn = pace();
    for (let step = 0; step < 12; step++) {
      busy(10);
      await turn();
    }
    clearInterval(timer);
    expect(ticks).toBeGreaterThanOrEqual(3);
  });

  it('does not wait while the work is short', async () => {
    let ticks = 0;
    const timer = setTimeout(() => ticks++, 0);
    const turn = pace();
    for (let step = 0; step < 50; step++) await turn();
    clearTimeout(timer);
    expect(ticks).toBe(0);
  });
});
