import type { WebGPUBackend } from '../../kernels/webgpu/runtime/webgpu_backend.js';

/** Data that was read, whose values tfjs keeps on the host, at once or once they arrive. */
const read = new WeakSet<object>();
const watched = new WeakSet<WebGPUBackend>();

/** Returns whether data was read since its backend is watched. */
export const wasRead = (dataId: object): boolean => read.has(dataId);

/** Notes from now on which data of a backend is read. */
export function watchReads(backend: WebGPUBackend): void {
  if (watched.has(backend)) return;
  watched.add(backend);
  const stock = backend.read.bind(backend);
  backend.read = (dataId) => {
    read.add(dataId);
    return stock(dataId);
  };
}
