import { engine, registerBackend, removeBackend } from '@tensorflow/tfjs-core';

/** Ends a backend that started but is unusable, so that a later attempt starts it anew. */
export function endStart(backend: string): void {
  const { registry, registryFactory } = engine();
  const registered = registryFactory[backend];
  if (registry[backend] === undefined || registered === undefined) return;
  try {
    removeBackend(backend);
  } catch {
    delete registry[backend]; // it cannot even be ended
    removeBackend(backend);
  }
  registerBackend(backend, registered.factory, registered.priority);
}
