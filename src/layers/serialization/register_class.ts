import { serialization } from '@tensorflow/tfjs-core';

type LayerClass = Parameters<typeof serialization.registerClass>[0];

const registered = new WeakSet<object>();

/**
 * Lets `loadLayersModel` find a class. Called from constructors, because a program that makes a
 * layer may load it, and an import alone must have no effect.
 */
export function register(layerClass: LayerClass): void {
  if (registered.has(layerClass)) return;
  serialization.registerClass(layerClass);
  registered.add(layerClass);
}
