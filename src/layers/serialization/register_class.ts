import { serialization } from '@tensorflow/tfjs-core';

type LayerClass = Parameters<typeof serialization.registerClass>[0];

/** The classes that are registered. */
const registered = new WeakSet<object>();

/**
 * Registers a class with tfjs, so that `loadLayersModel` finds it. Constructors call this, because a
 * program that makes a layer may load it again, and an import alone must have no effect.
 */
export function register(layerClass: LayerClass): void {
  if (registered.has(layerClass)) return;
  serialization.registerClass(layerClass);
  registered.add(layerClass);
}
