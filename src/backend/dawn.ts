import { importFailure } from './import_backend.js';
import type { ImportModule } from './import_backend.js';
import type { GPU, OpenGPU } from './webgpu.js';

interface Dawn {
  create: (flags: string[]) => GPU;
  readonly globals: Readonly<Record<string, unknown>>;
}
type Host = Record<string, unknown> & { navigator?: { gpu?: GPU } };

/**
 * Gives Node what tfjs expects from a browser: `navigator.gpu` and the WebGPU constants, from Dawn
 * (npm `webgpu`). An existing `navigator.gpu` is used as it is.
 */
export async function openDawn(importModule: ImportModule): Promise<OpenGPU> {
  const host = globalThis as unknown as Host;
  const existing = host.navigator?.gpu;
  if (existing !== undefined) return { gpu: existing, close: () => undefined };
  const { create, globals } = (await importModule('webgpu').catch((error: unknown) => {
    throw new Error(importFailure('webgpu', 'webgpu', error), { cause: error });
  })) as Dawn;
  const gpu = create([]);
  // Node 20 has no navigator, later ones a getter that cannot be assigned to
  const undo = [
    ...Object.entries(globals).map(([name, value]) => define(host, name, value)),
    ...(host.navigator === undefined ? [define(host, 'navigator', {})] : []),
    define(host.navigator!, 'gpu', gpu),
  ];
  return { gpu, close: () => undo.reverse().forEach((step) => step()) };
}

/** Defines a property unless it exists, and returns a function that deletes it. */
function define(target: object, name: string, value: unknown): () => void {
  if (name in target) return () => undefined;
  Object.defineProperty(target, name, { value, configurable: true, writable: true });
  return () => void Reflect.deleteProperty(target, name);
}
