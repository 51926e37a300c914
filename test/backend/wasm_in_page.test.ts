import * as wasmPackage from '@tensorflow/tfjs-backend-wasm';
import { env, findBackendFactory, registerBackend, removeBackend } from '@tensorflow/tfjs-core';
import type { KernelBackend } from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { wasmInPage } from '../../src/backend/wasm_in_page.js';

const SHARES = 'WASM_HAS_MULTITHREAD_SUPPORT';
const INSTANCE = {} as KernelBackend;

/** A worker as tfjs's glue has it. */
interface GlueWorker {
  onmessage?: (event: { data: { cmd?: string } }) => void;
  postMessage(command: { cmd: string }): void;
}
type WorkerClass = new (address: string) => GlueWorker;

class RealWorker {
  constructor(readonly address: string) {}
}
const worker = (address: string) =>
  new (globalThis as unknown as { Worker: WorkerClass }).Worker(address);

/** Starts as tfjs does on an isolated page: eight workers that have to say that they have loaded. */
async function glue(): Promise<KernelBackend> {
  for (let i = 0; i < 12; i++) await Promise.resolve(); // flags that it awaits
  const pool = Array.from({ length: 8 }, () => worker('blob:http://localhost/1'));
  await Promise.resolve();
  await Promise.all(
    pool.map(
      (made) =>
        new Promise<void>((loaded) => {
          made.onmessage = ({ data }) => data.cmd === 'loaded' && loaded();
          made.postMessage({ cmd: 'load' });
        }),
    ),
  );
  return INSTANCE;
}

describe('the wasm backend on an isolated page', () => {
  const { setThreadsCount } = wasmPackage;
  const stock = findBackendFactory('wasm');
  const starts = vi.fn(async () => (env().getBool(SHARES) ? glue() : INSTANCE));
  const module = { ...wasmPackage, setThreadsCount: vi.fn(setThreadsCount) };
  const start = (threads?: number) => {
    wasmInPage.useThreads!(module, threads, () => undefined);
    return findBackendFactory('wasm')();
  };

  beforeEach(() => {
    vi.stubGlobal('Worker', RealWorker);
    removeBackend('wasm');
    registerBackend('wasm', starts, 2);
    env().set(SHARES, true);
    env().set('WASM_HAS_SIMD_SUPPORT', true);
  });
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.clearAllMocks();
    removeBackend('wasm');
    registerBackend('wasm', stock, 2);
    env().set(SHARES, false);
  });

  test('starts with workers that are nothing, and leaves those of the program', async () => {
    const starting = start(2);
    const meanwhile = Promise.resolve().then(() => worker('worker.js'));
    expect(await starting).toBe(INSTANCE);
    expect(await meanwhile).toBeInstanceOf(RealWorker);
    expect(worker('blob:http://localhost/2')).toBeInstanceOf(RealWorker);
    expect(module.setThreadsCount).toHaveBeenCalledWith(1);
  });

  test('starts on memory of its own where there is one thread', async () => {
    expect(await start(1)).toBe(INSTANCE);
    expect(env().getBool(SHARES)).toBe(true); // as it was
    expect(starts).toHaveBeenCalledTimes(1);
  });

  test('and where memory of all does not start, once more at each call', async () => {
    for (let call = 1; call < 3; call++) {
      starts.mockImplementationOnce(() => Promise.reject(new Error('no such binary')));
      expect(await start(2)).toBe(INSTANCE);
      expect(starts).toHaveBeenCalledTimes(2 * call);
    }
  });

  test('and where tfjs asks for a thread of its own, for which it would wait for ever', async () => {
    starts.mockImplementationOnce(async () => {
      worker('blob:http://localhost/1').postMessage({ cmd: 'run' });
      return {} as KernelBackend;
    });
    expect(await start(2)).toBe(INSTANCE);
  });
});
