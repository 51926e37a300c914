import { chooseThreads } from '../kernels/threads.js';
import type { Candidate } from './candidate.js';
import { cpu } from './cpu.js';
import { importOptional } from './import_backend.js';
import type { ImportModule } from './import_backend.js';
import { wasm } from './wasm.js';
import type { WasmModule } from './wasm.js';
import { webgl } from './webgl.js';
import { openWebGL } from './webgl_context.js';
import { webgpu } from './webgpu.js';
import type { GPU, OpenGPU } from './webgpu.js';

/** The backends of browsers and their workers, the fastest first. */
export function browserCandidates(importModule: ImportModule): readonly Candidate[] {
  return [
    webgpu(openNavigator, importModule),
    webgl(openWebGL, importModule),
    wasm({ useThreads }),
    cpu,
  ];
}

/** More are of no use to products of the size that training has. */
const MOST_THREADS = 8;

/** In a page that is cross-origin isolated tfjs starts on memory that threads can share. */
function useThreads(module: WasmModule, threads?: number): void {
  const { navigator } = globalThis as { navigator?: { hardwareConcurrency?: number } };
  module.setThreadsCount(1); // of tfjs's own, which wait for each other
  chooseThreads(threads ?? Math.min(MOST_THREADS, navigator?.hardwareConcurrency ?? 1));
}

async function openNavigator(): Promise<OpenGPU> {
  const { navigator } = globalThis as { navigator?: { gpu?: GPU } };
  if (navigator?.gpu === undefined)
    throw new Error('no navigator.gpu: too old a browser, or a page that is not a secure context');
  return { gpu: navigator.gpu, close: () => undefined };
}

/** What `#candidates` means everywhere else than in Node. */
export const candidates: readonly Candidate[] = browserCandidates(importOptional);
