import { describe, expect, it } from 'vitest';
import { stepDecay } from '../../src/training/optimizers/step_decay.js';

describe('stepDecay', () => {
  it("follows BEGAN's reference code, which halves after every 100,000th step", () => {
    const factor = stepDecay({ every: 100_000, least: 2e-5 / 8e-5 });
    let rate = 8e-5;
    for (let step = 0; step < 500_000; step++) {
      if (step % 25_000 < 2 || step % 25_000 === 24_999)
        expect(8e-5 * factor(step), String(step)).toBe(rate);
      if (step % 100_000 === 99_999) rate = Math.max(rate * 0.5, 2e-5);
    }
    expect(rate).toBe(2e-5);
  });

  it("is PyTorch's StepLR without a bound", () => {
    const factor = stepDecay({ every: 3, factor: 0.1 });
    // torch.optim.lr_scheduler.StepLR(optimizer, step_size=3, gamma=0.1), at a rate of 1
    const theirs = [1, 1, 1, 0.1, 0.1, 0.1, 0.01, 0.01, 0.01, 0.001];
    expect(theirs.map((_, t) => factor(t))).toBeAllclose(theirs, { rtol: 1e-15 });
    expect(stepDecay({ every: 1, factor: 0 })(1)).toBe(0);
    expect(stepDecay({ every: 1 })(3)).toBe(0.125);
  });

  it.each<[unknown, RegExp]>([
    [{}, /^stepDecay: `every` must be an integer >= 1\. Received: undefined/],
    [{ every: 0 }, /`every` must be an integer >= 1/],
    [{ every: 1, factor: 1.5 }, /`factor` must be a finite number >= 0 and <= 1/],
    [{ every: 1, least: -0.1 }, /`least` must be a finite number >= 0 and <= 1/],
    [{ every: 1, gamma: 0.5 }, /with the keys every, factor, least/],
  ])('refuses %o', (options, message) => {
    expect(() => stepDecay(options as never)).toThrow(message);
  });

  it('refuses a step that is none', () => {
    for (const step of [-1, 0.5, NaN, '1'])
      expect(() => stepDecay({ every: 2 })(step as number)).toThrow(
        /`step` must be an integer >= 0/,
      );
  });
});
