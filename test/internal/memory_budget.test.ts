import { memory } from '@tensorflow/tfjs-core';
import { afterEach, expect, it, vi } from 'vitest';
import { memoryBudget } from '../../src/internal/memory_budget.js';
import { useBackend } from '../helpers/backends.js';

const GIB = 2 ** 30;
const machine = process as NodeJS.Process & { availableMemory(): number };

afterEach(() => {
  vi.restoreAllMocks();
});

it('is what the heap of wasm can hold, or less where the machine has less', async () => {
  await useBackend('wasm');
  vi.spyOn(machine, 'availableMemory').mockReturnValue(64 * GIB);
  expect(memoryBudget()).toBe(2.5 * GIB);
  vi.spyOn(machine, 'availableMemory').mockReturnValue(GIB);
  expect(memoryBudget()).toBe(2.5 * GIB); // measured once
  await useBackend('cpu');
  expect(memoryBudget()).toBe(memory().numBytes + 0.75 * GIB);
});
