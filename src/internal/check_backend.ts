import { engine } from '@tensorflow/tfjs-core';
import { GanKitError } from '../errors.js';

/** Throws if there is no backend, where tfjs would say `No backend found in registry`. */
export function checkBackend(where: string): void {
  try {
    void engine().backend; // starts a registered one, as any op does
  } catch (cause) {
    throw new GanKitError(
      'backend',
      `${where}: no backend is loaded yet. Call \`await loadBackend()\` of gan-kit first.`,
      { cause, where },
    );
  }
}
