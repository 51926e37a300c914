import { memory } from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { ON_GPU } from './backends.js';

/**
 * Runs `step` once to warm up, then `times` times more (at most five on GPU backends), and expects the same
 * number of tensors after it.
 */
export async function expectNoLeak(step: () => unknown, times = 5): Promise<void> {
  await step();
  const before = memory().numTensors;
  for (let i = 0; i < (ON_GPU ? Math.min(times, 5) : times); i++) await step();
  expect(memory().numTensors).toBe(before);
}
