import type { KernelBackend } from '@tensorflow/tfjs-core';
import type { Candidate } from './candidate.js';
import { importBackend } from './import_backend.js';
import type { ImportModule } from './import_backend.js';

/** The part of a WebGL context that names the machine. */
interface Context {
  getExtension(name: string): { UNMASKED_RENDERER_WEBGL: number } | null;
  getParameter(name: number): unknown;
}
type WebGLBackend = KernelBackend & { gpgpu?: { gl?: Context } };

/** The GPU of a browser through fragment shaders. */
export function webgl(importModule: ImportModule): Candidate {
  const candidate = {
    name: 'webgl',
    backend: 'webgl',
    packageName: '@tensorflow/tfjs-backend-webgl',
    async load(options): ReturnType<Candidate['load']> {
      const module = (await importBackend(candidate, options, importModule)) as
        { version_webgl?: string } | undefined;
      return { coreVersion: module?.version_webgl };
    },
    describe({ gpgpu }: WebGLBackend) {
      const names = gpgpu?.gl?.getExtension('WEBGL_debug_renderer_info');
      return names ? String(gpgpu!.gl!.getParameter(names.UNMASKED_RENDERER_WEBGL)) : 'WebGL';
    },
  } satisfies Candidate;
  return candidate;
}
