import { backend, getBackend } from '@tensorflow/tfjs-core';
import type { TensorflowBackend } from './tensorflow_backend.js';

/** Returns the current backend if it is libtensorflow on a CPU, where its ops were measured and tested. */
export function presentTensorflow(): TensorflowBackend | undefined {
  if (getBackend() !== 'tensorflow') return undefined;
  const present = backend() as unknown as TensorflowBackend;
  return present.isUsingGpuDevice ? undefined : present;
}
