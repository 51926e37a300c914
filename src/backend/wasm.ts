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

/** The abilities of a host of the wasm backend. */
export interface WasmHost {
  /** Advice if the backend does not start. */
  readonly advice: string;
  /** Finds the folder of the binaries, if the host can. */
  findBinaries?(): string | undefined;
  /** Makes the backend compute with threads; undefined means all processors. */
  useThreads?(module: WasmModule, threads: number | undefined, addressOf: AddressOf): void;
  /** Whether it also does so if the program has registered the backend, as tfjs's start may hang. */
  readonly mendsStart?: boolean;
  /** Runs before Emscripten's code; returns a function that removes its process listeners. */
  watchListeners?(): () => void;
}

export type WasmModule = Pick<
  typeof WasmPackage,
  'BackendWasm' | 'setThreadsCount' | 'setWasmPaths' | 'version_wasm'
>;

/** Makes the candidate of WebAssembly with XNNPACK: the best trainer of a machine without a GPU. */
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
