import type { KernelBackend } from '@tensorflow/tfjs-core';
import type { Candidate } from './candidate.js';
import { importBackend } from './import_backend.js';
import type { ImportModule } from './import_backend.js';
import { isSoftwareName, softwareReason } from './software.js';
import { throwValidationErrors } from './webgpu_errors.js';
import type { ErrorSource } from './webgpu_errors.js';

interface AdapterInfo {
  readonly vendor?: string;
  readonly architecture?: string;
  readonly device?: string;
  readonly description?: string;
  readonly isFallbackAdapter?: boolean;
}
interface Adapter {
  readonly info?: AdapterInfo;
  readonly isFallbackAdapter?: boolean;
}
export interface GPU {
  requestAdapter(options: { powerPreference: string }): Promise<Adapter | null>;
}

/** An open WebGPU, and a function that closes it if this library opened it. */
export interface OpenGPU {
  readonly gpu: GPU;
  close: () => void;
}

type WebGPUBackend = KernelBackend & {
  device: ErrorSource & { readonly adapterInfo?: AdapterInfo };
  adapterInfo?: AdapterInfo;
};

/** Makes the candidate of a GPU through compute shaders: the browser's own, or Dawn's in Node. */
export function webgpu(openGPU: () => Promise<OpenGPU>, importModule: ImportModule): Candidate {
  const candidate = {
    name: 'webgpu',
    backend: 'webgpu',
    packageName: '@tensorflow/tfjs-backend-webgpu',
    async load(options): ReturnType<Candidate['load']> {
      const { gpu, close } = await openGPU();
      try {
        // tfjs only logs a missing adapter, and the next op then throws another error
        const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
        if (adapter === null) throw new Error('no GPU adapter: no driver, or it is blocked');
        if (isSoftware(adapter) && options.softwareWebGPU !== true)
          throw new Error(
            softwareReason('a software adapter', nameOf(adapter.info), 'softwareWebGPU'),
          );
        // registers only if navigator.gpu exists, hence after opening it
        await importBackend(candidate, options, importModule);
      } catch (error) {
        close();
        throw error;
      }
      return {
        finish(accepted) {
          if (!accepted) close();
        },
      };
    },
    prepare: (instance: WebGPUBackend) => throwValidationErrors(instance, instance.device),
    describe: ({ device, adapterInfo }: WebGPUBackend) => nameOf(device.adapterInfo ?? adapterInfo),
  } satisfies Candidate;
  return candidate;
}

function isSoftware({ info, isFallbackAdapter }: Adapter): boolean {
  return isFallbackAdapter ?? info?.isFallbackAdapter ?? isSoftwareName(nameOf(info));
}

function nameOf(info: AdapterInfo | undefined): string {
  const words = [info?.vendor, info?.architecture, info?.description];
  return words.filter((word) => word !== undefined && word !== '').join(' ') || 'WebGPU';
}
