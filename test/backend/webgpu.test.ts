import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import { setBackend, tensor } from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { chooseBackend } from '../../src/backend/choose_backend.js';
import { openDawn } from '../../src/backend/dawn.js';
import { webgpu } from '../../src/backend/webgpu.js';
import type { OpenGPU } from '../../src/backend/webgpu.js';
import { isGanKitError } from '../../src/errors.js';
import { installKernels } from '../../src/kernels/install.js';
import { quietBackend, registerFake, removeFakes } from './fake_candidate.js';

type Adapter = Awaited<ReturnType<OpenGPU['gpu']['requestAdapter']>>;
type Listener = (event: { error: { message: string }; preventDefault(): void }) => void;

const HARDWARE = { vendor: 'nvidia', architecture: 'hopper' };
const SOFTWARE = {
  vendor: 'google',
  architecture: 'swiftshader',
  description: 'SwiftShader driver 5.0.0',
  isFallbackAdapter: true,
};

class FakeDevice {
  readonly listeners: Listener[] = [];
  adapterInfo = HARDWARE;
  addEventListener(_: 'uncapturederror', listener: Listener): void {
    this.listeners.push(listener);
  }
  emit(message: string): ReturnType<typeof vi.fn> {
    const preventDefault = vi.fn();
    for (const listener of this.listeners) listener({ error: { message }, preventDefault });
    return preventDefault;
  }
}
class FakeWebGPU extends MathBackendCPU {
  readonly device = new FakeDevice();
}

const started: FakeWebGPU[] = [];
const importModule = async (): Promise<unknown> => {
  installKernels(); // those of cpu, which the fake takes over: shaders cannot run on it
  registerFake('webgpu', () => {
    const instance = quietBackend(new FakeWebGPU());
    started.push(instance);
    return instance;
  });
  return {};
};

function open(adapter: Adapter): { openGPU: () => Promise<OpenGPU>; close: () => void } {
  const close = vi.fn();
  return { close, openGPU: async () => ({ gpu: { requestAdapter: async () => adapter }, close }) };
}

afterEach(async () => {
  removeFakes();
  started.length = 0;
  await setBackend('cpu');
});

const prefer = ['webgpu'] as const;

describe('the webgpu candidate', () => {
  test('runs on a hardware adapter and names it', async () => {
    const { openGPU, close } = open({ info: HARDWARE });
    const result = await chooseBackend([webgpu(openGPU, importModule)]);
    expect(result).toEqual({ name: 'webgpu', device: 'nvidia hopper', skipped: [] });
    expect(close).not.toHaveBeenCalled();
  });

  test.each<[string, Adapter, string]>([
    ['there is no adapter', null, 'no GPU adapter: no driver, or it is blocked'],
    [
      'there is only a fallback adapter',
      { info: SOFTWARE },
      'only a software adapter (google swiftshader SwiftShader driver 5.0.0), slower than wasm. ' +
        'Pass softwareWebGPU: true to use it',
    ],
    ['an older browser marks a fallback', { isFallbackAdapter: true }, 'only a software adapter'],
    [
      'only the name tells that it is software',
      { info: { description: 'llvmpipe (LLVM 15.0.6, 256 bits)' } },
      'only a software adapter',
    ],
  ])('is skipped where %s, and closes what it opened', async (_, adapter, reason) => {
    const { openGPU, close } = open(adapter);
    const importing = vi.fn(importModule);
    await expect(chooseBackend([webgpu(openGPU, importing)], { prefer })).rejects.toThrow(
      `- webgpu: ${reason}`,
    );
    expect(close).toHaveBeenCalledTimes(1);
    expect(importing).not.toHaveBeenCalled();
  });

  test('accepts a software adapter when asked', async () => {
    const { openGPU } = open({ info: SOFTWARE });
    const result = await chooseBackend([webgpu(openGPU, importModule)], { softwareWebGPU: true });
    expect(result.name).toBe('webgpu');
  });

  test('makes the next read reject after an invalid command, once', async () => {
    const { openGPU } = open({ info: HARDWARE });
    await chooseBackend([webgpu(openGPU, importModule)]);
    const { device } = started[0]!;
    expect(device.listeners).toHaveLength(1);
    const x = tensor([1, 2]);
    const preventDefault = device.emit('Binding size is larger than the maximum');
    device.emit('a consequence of the first');
    expect(preventDefault).toHaveBeenCalledTimes(1);
    const error: unknown = await x.data().catch((thrown: unknown) => thrown);
    expect(isGanKitError(error) && error.code).toBe('backend');
    expect((error as Error).message).toBe(
      'webgpu: a command since the last read was invalid, and its results are lost.\n' +
        'Binding size is larger than the maximum',
    );
    expect(Array.from(await x.data())).toEqual([1, 2]);
    x.dispose();
  });

  test('reports the invalid command rather than the failed read that follows from it', async () => {
    const { openGPU } = open({ info: HARDWARE });
    await chooseBackend([webgpu(openGPU, importModule)]);
    const backend = started[0]!;
    const x = tensor([1, 2]);
    vi.spyOn(backend.data, 'get').mockImplementation(() => {
      throw new Error('mapAsync failed');
    });
    backend.device.emit('out of memory');
    await expect(backend.read(x.dataId)).rejects.toThrow('out of memory');
    await expect(backend.read(x.dataId)).rejects.toThrow('mapAsync failed');
    vi.restoreAllMocks();
    x.dispose();
  });

  test('listens once, however often the backend is loaded', async () => {
    const { openGPU } = open({ info: HARDWARE });
    const candidates = [webgpu(openGPU, importModule)];
    await chooseBackend(candidates);
    await chooseBackend(candidates);
    expect(started).toHaveLength(1);
    expect(started[0]!.device.listeners).toHaveLength(1);
  });
});

describe('openDawn', () => {
  const gpu = { requestAdapter: async () => null };
  const dawn = async () => ({ create: () => gpu, globals: { GPUFakeConstant: { A: 1 } } });
  const host = globalThis as { navigator?: { gpu?: unknown }; GPUFakeConstant?: unknown };

  test('gives Node navigator.gpu and the constants, and takes all of it back', async () => {
    const navigatorBefore = host.navigator;
    const { gpu: opened, close } = await openDawn(dawn);
    expect(opened).toBe(gpu);
    expect(host.navigator!.gpu).toBe(gpu);
    expect(host.GPUFakeConstant).toEqual({ A: 1 });
    close();
    expect(host.navigator).toBe(navigatorBefore);
    expect('gpu' in (host.navigator ?? {})).toBe(false);
    expect('GPUFakeConstant' in host).toBe(false);
  });

  test('uses a navigator.gpu that is there, and leaves it', async () => {
    const { close } = await openDawn(dawn);
    const importing = vi.fn(dawn);
    const second = await openDawn(importing);
    expect(importing).not.toHaveBeenCalled();
    second.close();
    expect(host.navigator!.gpu).toBe(gpu);
    close();
  });

  test('says when the package is missing', async () => {
    const missing = Object.assign(new Error("Cannot find package 'webgpu' imported from here"), {
      code: 'ERR_MODULE_NOT_FOUND',
    });
    await expect(openDawn(() => Promise.reject(missing))).rejects.toThrow(
      'not installed. Run: npm install webgpu',
    );
  });
});
