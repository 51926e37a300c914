import { engine, registerBackend, removeBackend } from '@tensorflow/tfjs-core';

/** Ends a backend that started and is of no use, so that a later attempt starts it anew. */
export function endStart(backend: string): void {
  const { registry, registryFactory } = engine();
  const registered = registryFactory[backend];
  if (registry[backend] === undefined || registered === undefined) return;
  try {
    removeBackend(backend);
  } catch {
    delete registry[backend]; // it cannot even end
    removeBackend(backend);
  }
  registerBackend(backend, registered.factory, registered.priority);
}
