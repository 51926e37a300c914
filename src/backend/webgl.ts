import { env } from '@tensorflow/tfjs-core';
import type { KernelBackend } from '@tensorflow/tfjs-core';
import type { Candidate } from './candidate.js';
import { importBackend } from './import_backend.js';
import type { ImportModule } from './import_backend.js';
import { softwareReason } from './software.js';
import { rendererOf } from './webgl_context.js';
import type { OpenWebGL, WebGLContext } from './webgl_context.js';

type WebGLBackend = KernelBackend & { gpgpu?: { gl?: WebGLContext } };

/** Makes the candidate of a browser's GPU through fragment shaders. */
export function webgl(openWebGL: OpenWebGL, importModule: ImportModule): Candidate {
  const candidate = {
    name: 'webgl',
    backend: 'webgl',
    packageName: '@tensorflow/tfjs-backend-webgl',
    async load(options): ReturnType<Candidate['load']> {
      const device = openWebGL();
      if (device === null) throw new Error('no WebGL: no driver, or it is blocked');
      if (device.isSoftware && options.softwareWebGL !== true)
        throw new Error(softwareReason('a software renderer', device.renderer, 'softwareWebGL'));
      const module = (await importBackend(candidate, options, importModule)) as
        { version_webgl?: string } | undefined;
      if (device.isSoftware) env().set('SOFTWARE_WEBGL_ENABLED', true); // tfjs's flag, without which it may refuse
      return { coreVersion: module?.version_webgl };
    },
    describe: ({ gpgpu }: WebGLBackend) => (gpgpu?.gl ? rendererOf(gpgpu.gl) : 'WebGL'),
  } satisfies Candidate;
  return candidate;
}
