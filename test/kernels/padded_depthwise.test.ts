import { describe, expect, it } from 'vitest';
import { normal, onBothBackends } from './on_both_backends.js';

describe("depthwise convolutions, 'same', with windows smaller than their stride", () => {
  // a multiple of the stride in both directions, in one, in none; windows of one; dilated ones
  it.each([
    { size: [6, 6], window: [2, 2], strides: [3, 3], dilations: 1 },
    { size: [6, 7], window: [2, 2], strides: [3, 3], dilations: 1 },
    { size: [7, 8], window: [2, 3], strides: [3, 3], dilations: 1 },
    { size: [4, 4], window: [1, 1], strides: [2, 2], dilations: 1 },
    { size: [8, 4], window: [1, 3], strides: [4, 4], dilations: 1 },
    { size: [9, 8], window: [3, 3], strides: [2, 2], dilations: 1 },
    { size: [9, 8], window: [3, 2], strides: [1, 1], dilations: 2 },
  ])('are on wasm what they are on cpu: %o', async ({ size, window, strides, dilations }) => {
    const x = normal('x', [2, ...size, 3]);
    const filter = normal('filter', [...window, 3, 2]);
    const attrs = { strides, pad: 'same', dataFormat: 'NHWC', dilations };
    const plain = await onBothBackends('DepthwiseConv2dNative', { x, filter }, attrs);
    expect(plain.wasm.values).toBeAllclose(plain.cpu.values, { atol: 1e-6, rtol: 1e-6 });
    expect(plain.wasm.shape).toEqual(plain.cpu.shape);
    const bias = normal('bias', [6]);
    const fused = await onBothBackends(
      'FusedDepthwiseConv2D',
      { x, filter, bias },
      { ...attrs, activation: 'relu' },
    );
    expect(fused.wasm.values).toBeAllclose(fused.cpu.values, { atol: 1e-6, rtol: 1e-6 });
  });
});
