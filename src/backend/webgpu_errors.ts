import type { KernelBackend } from '@tensorflow/tfjs-core';
import { GanKitError } from '../errors.js';

interface UncapturedError {
  readonly error: { readonly message: string };
  preventDefault(): void;
}

/** The part of a GPUDevice that reports errors. */
export interface ErrorSource {
  addEventListener(type: 'uncapturederror', listener: (event: UncapturedError) => void): void;
}

/** What throws the first error since the last read, if there was one. */
const guarded = new WeakMap<object, () => void>();

/** Throws the first error of a backend since the last read, as a read of one of its tensors does. */
export const throwPendingError = (backend: object): void => guarded.get(backend)?.();

/**
 * Turns WebGPU's validation errors into exceptions. WebGPU drops an invalid command, logs it, and
 * the tensor reads as zeros. Here the next read-back (`await tensor.data()`) rejects instead, with
 * the first error since the last read; reading again then works, so that a program can recover.
 */
export function throwValidationErrors(backend: KernelBackend, device: ErrorSource): void {
  if (guarded.has(backend)) return;
  let pending: string | undefined;
  device.addEventListener('uncapturederror', (event) => {
    event.preventDefault();
    pending ??= event.error.message;
  });
  const throwPending = (): void => {
    const message = pending;
    pending = undefined;
    if (message !== undefined)
      throw new GanKitError(
        'backend',
        `webgpu: a command since the last read was invalid, and its results are lost.\n${message}`,
        { where: 'webgpu' },
      );
  };
  guarded.set(backend, throwPending);
  const read = backend.read.bind(backend);
  backend.read = async (dataId) => {
    try {
      return await read(dataId);
    } finally {
      throwPending();
    }
  };
}
