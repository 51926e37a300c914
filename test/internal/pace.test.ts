import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { pace } from '../../src/internal/pace.js';

describe('pace', () => {
  let now: number;
  beforeEach(() => {
    now = 1000;
    vi.spyOn(performance, 'now').mockImplementation(() => now);
  });
  afterEach(() => vi.restoreAllMocks());

  it('lets timers run once 25 ms of work are done in one turn of the loop, and not before', async () => {
    let turns = 0;
    let isTurning = true;
    const spin = () => {
      turns++;
      if (isTurning) setTimeout(spin);
    };
    setTimeout(spin);
    const turn = pace();
    for (let slice = 1; slice <= 4; slice++) {
      const before = turns;
      await turn(); // the first step of this turn starts the clock
      now += 24;
      await turn();
      expect(turns).toBe(before);
      now += 1;
      await turn();
      expect(turns).toBeGreaterThan(before);
    }
    isTurning = false;
  });

  it('does not wait while the work is short, whatever was done in turns before', async () => {
    pace();
    now += 100;
    await new Promise((resolve) => setTimeout(resolve, 2)); // the loop turns
    let turns = 0;
    const timer = setTimeout(() => turns++);
    const turn = pace();
    for (let step = 0; step < 50; step++) await turn();
    expect(turns).toBe(0);
    clearTimeout(timer);
  });
});
