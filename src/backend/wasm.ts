import type * as WasmPackage from '@tensorflow/tfjs-backend-wasm';
import { engine, env } from '@tensorflow/tfjs-core';
import type { KernelBackend } from '@tensorflow/tfjs-core';
import { guardMemory } from '../kernels/wasm/runtime/out_of_memory.js';
import { threadsBegun, threadsOn } from '../kernels/wasm/runtime/threads.js';
import { memoryOf } from '../kernels/wasm/runtime/wasm_backend.js';
import type { WasmBackend } from '../kernels/wasm/runtime/wasm_backend.js';
import type { Candidate } from './candidate.js';
import { importBackend } from './import_backend.js';
import { addressesIn, placeBinaries } from './wasm_binaries.js';
import type { AddressOf } from './wasm_binaries.js';

/** What a host can do for the wasm backend. */
export interface WasmHost {
  /** What to do when the backend does not start. */
  readonly advice: string;
  /** The folder of the binaries, where the host can tell. */
  findBinaries?(): string | undefined;
  /** Has the backend compute with threads; none means all processors. */
  useThreads?(module: WasmModule, threads: number | undefined, addressOf: AddressOf): void;
  /** Whether it does so, too, where the program has registered the backend, as tfjs's start may hang. */
  readonly mendsStart?: boolean;
  /** Called before Emscripten's code runs; returns what clears its process listeners away. */
  watchListeners?(): () => void;
}

export type WasmModule = Pick<
  typeof WasmPackage,
  'BackendWasm' | 'setThreadsCount' | 'setWasmPaths' | 'version_wasm'
>;

/** WebAssembly with XNNPACK: the best trainer of a machine without a GPU. */
export function wasm(host: WasmHost): Candidate {
  const candidate = {
    name: 'wasm',
    backend: 'wasm',
    packageName: '@tensorflow/tfjs-backend-wasm',
    advice: host.advice,
    async load(options): ReturnType<Candidate['load']> {
      const clearListeners = host.watchListeners?.();
      const literalImport = (): Promise<unknown> => import('@tensorflow/tfjs-backend-wasm');
      const module = (await importBackend(candidate, options, literalImport)) as
        WasmModule | undefined;
      const started = engine().registry.wasm !== undefined;
      const path = options.wasmPath ?? (module === undefined ? undefined : host.findBinaries?.());
      const mends = host.mendsStart === true || path !== undefined;
      const own = module ?? (mends ? ((await literalImport()) as WasmModule) : undefined);
      if (own !== undefined && !started) {
        const addressOf = addressesIn(path);
        if (module !== undefined || path !== undefined) placeBinaries(own, addressOf);
        if (module !== undefined || host.mendsStart === true)
          host.useThreads?.(own, options.threads, addressOf);
      }
      return {
        coreVersion: module?.version_wasm,
        finish: () => clearListeners?.(),
      };
    },
    prepare: (instance: KernelBackend & WasmBackend) => guardMemory(instance),
    settle: threadsBegun,
    describe(instance: KernelBackend & WasmBackend) {
      const simd = env().getBool('WASM_HAS_SIMD_SUPPORT') ? 'WebAssembly SIMD' : 'WebAssembly';
      const threads = threadsOn(memoryOf(instance.wasm));
      return `${simd}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
    },
  } satisfies Candidate;
  return candidate;
}
