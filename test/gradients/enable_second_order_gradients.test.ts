import '@tensorflow/tfjs-backend-cpu';
import {
  getGradient,
  registerGradient,
  setBackend,
  unregisterGradient,
} from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { enableSecondOrderGradients } from '../../src/gradients/enable_second_order_gradients.js';

describe('enableSecondOrderGradients', () => {
  afterEach(() => vi.restoreAllMocks());

  // in this order: tfjs-layers can be imported once only
  it('says what is missing in a program without gradients', () => {
    expect(() => enableSecondOrderGradients()).toThrow(
      "enableSecondOrderGradients: tfjs's own gradients must be registered. Received: a program without them.\nImport '@tensorflow/tfjs-layers' first",
    );
  });

  it('changes the registry once, without warnings, and is left alone by another copy', async () => {
    await setBackend('cpu');
    await import('@tensorflow/tfjs-layers');
    const warn = vi.spyOn(console, 'warn');
    const stock = getGradient('Tanh');
    enableSecondOrderGradients();
    const ours = getGradient('Tanh');
    expect(ours).not.toBe(stock);
    enableSecondOrderGradients();
    vi.resetModules();
    const copy = await import('../../src/gradients/enable_second_order_gradients.js');
    expect(copy.enableSecondOrderGradients).not.toBe(enableSecondOrderGradients);
    copy.enableSecondOrderGradients();
    expect(getGradient('Tanh')).toBe(ours);
    expect(warn).not.toHaveBeenCalled();
  });

  it('repairs again what was registered over it', () => {
    const stock = { kernelName: 'Tanh', gradFunc: () => ({}) };
    unregisterGradient('Tanh');
    registerGradient(stock);
    enableSecondOrderGradients();
    expect(getGradient('Tanh')).not.toBe(stock);
  });
});
