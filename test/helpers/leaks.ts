import { memory } from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { ON_GPU } from './backends.js';

/**
 * Runs `step` once to warm up, then `times` more, on GPU backends five at most, and expects the
 * tensor count to stay flat.
 */
export async function expectNoLeak(step: () => unknown, times = 5): Promise<void> {
  await step();
  const before = memory().numTensors;
  for (let i = 0; i < (ON_GPU ? Math.min(times, 5) : times); i++) await step();
  expect(memory().numTensors).toBe(before);
}
