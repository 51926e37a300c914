import type { Candidate } from './candidate.js';
import { cpu } from './cpu.js';
import { importOptional } from './import_backend.js';
import type { ImportModule } from './import_backend.js';
import { wasm } from './wasm.js';
import { wasmInPage } from './wasm_in_page.js';
import { webgl } from './webgl.js';
import { openWebGL } from './webgl_context.js';
import { webgpu } from './webgpu.js';
import type { GPU, OpenGPU } from './webgpu.js';

/** Lists the backends of browsers and their workers, the fastest first. */
export function browserCandidates(importModule: ImportModule): readonly Candidate[] {
  return [
    webgpu(openNavigator, importModule),
    webgl(openWebGL, importModule),
    wasm(wasmInPage),
    cpu,
  ];
}

async function openNavigator(): Promise<OpenGPU> {
  const { navigator } = globalThis as { navigator?: { gpu?: GPU } };
  if (navigator?.gpu === undefined)
    throw new Error('no navigator.gpu: too old a browser, or a page that is not a secure context');
  return { gpu: navigator.gpu, close: () => undefined };
}

/** The value of `#candidates` outside Node. */
export const candidates: readonly Candidate[] = browserCandidates(importOptional);
