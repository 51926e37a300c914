import { matMul, ones } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { loadBackend } from '../../../src/backend/load_backend.js';

// Run by test/backend/sandbox.test.ts under a pool that gives each file a realm of its own.
test('loadBackend computes on wasm, with threads', async () => {
  const { name, device } = await loadBackend({ prefer: ['wasm'], threads: 2 });
  expect(name).toBe('wasm');
  expect(device).toBe('WebAssembly SIMD, 2 threads');
  const product = matMul(ones([300, 300]), ones([300, 300]));
  expect((await product.data())[7]).toBe(300);
});
