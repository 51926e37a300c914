import { getKernel, getKernelsForBackend, registerKernel, setBackend } from '@tensorflow/tfjs-core';
import type { KernelConfig } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { installKernels } from '../../src/kernels/install.js';

const REPLACED = ['BatchMatMul', 'Conv2DBackpropInput', 'Identity', 'LeakyRelu', 'Sum', 'Tile'];
const ADDED = [
  'Conv2DBackpropFilter',
  'DepthwiseConv2dNativeBackpropFilter',
  'DepthwiseConv2dNativeBackpropInput',
  'Einsum',
  'UnsortedSegmentSum',
];
const configs = (names: string[]) =>
  names.map((name) => getKernel(name, 'wasm') as KernelConfig | undefined);

describe('installKernels', () => {
  afterEach(() => vi.restoreAllMocks());

  // in this order: the module of the backend can be imported once only
  it('gives wasm nothing without its module, and cpu those that are wrong or slow there', () => {
    const stock = new Map(getKernelsForBackend('cpu').map((k) => [k.kernelName, k.kernelFunc]));
    installKernels();
    expect(getKernelsForBackend('wasm')).toEqual([]);
    const changed = getKernelsForBackend('cpu').filter(
      ({ kernelName, kernelFunc }) => stock.get(kernelName) !== kernelFunc,
    );
    expect(changed.map(({ kernelName }) => kernelName).sort()).toEqual([
      'Conv2D',
      'Conv2DBackpropFilter',
      'Conv2DBackpropInput',
      'FusedConv2D',
      'MaxPool',
      'MaxPool3D',
      'MaxPool3DGrad',
      'ResizeBilinearGrad',
      'ResizeNearestNeighborGrad',
      'Sign',
    ]);
  });

  it('installs when the module has been imported since, and does not warn', async () => {
    const warn = vi.spyOn(console, 'warn');
    await import('@tensorflow/tfjs-backend-wasm');
    const stock = configs(REPLACED);
    expect(configs(ADDED)).toEqual(ADDED.map(() => undefined));
    installKernels();
    configs(REPLACED).forEach((config, i) => {
      expect(config?.kernelFunc).not.toBe(stock[i]!.kernelFunc);
      expect(config?.setupFunc).toBe(stock[i]!.setupFunc);
    });
    expect(configs(ADDED)).not.toContain(undefined);
    expect(warn).not.toHaveBeenCalled();
  });

  it('changes nothing the second time, not even from another copy of the library', async () => {
    const installed = getKernelsForBackend('wasm');
    installKernels();
    vi.resetModules();
    const copy = await import('../../src/kernels/install.js');
    expect(copy.installKernels).not.toBe(installKernels);
    copy.installKernels();
    const now = getKernelsForBackend('wasm');
    expect(now).toHaveLength(installed.length);
    now.forEach((config, i) => expect(config).toBe(installed[i]));
  });

  it('installs anew after a stock kernel was registered over ours', () => {
    vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const stock: KernelConfig = {
      kernelName: 'Tile',
      backendName: 'wasm',
      kernelFunc: () => {
        throw new Error('stock');
      },
    };
    registerKernel(stock);
    installKernels();
    expect(getKernel('Tile', 'wasm').kernelFunc).not.toBe(stock.kernelFunc);
  });

  it('works when the backend starts afterwards', async () => {
    expect(await setBackend('wasm')).toBe(true);
    const { matMul, tensor2d } = await import('@tensorflow/tfjs-core');
    const product = matMul(tensor2d([[1, 2]]), tensor2d([[3, 4]]), false, true);
    expect(Array.from(await product.data())).toEqual([11]);
  });

  it('is cheap when there is nothing to do', () => {
    const start = performance.now();
    for (let i = 0; i < 1000; i++) installKernels();
    expect((performance.now() - start) / 1000).toBeLessThan(0.2);
  });
});
