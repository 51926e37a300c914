import { env } from '@tensorflow/tfjs-core';
import type { KernelBackend } from '@tensorflow/tfjs-core';

const spent = new WeakSet<KernelBackend>();

/**
 * Keeps the cpu backend from greeting its first tensor in Node with a banner that advises tfjs-node, by
 * making that tensor in a synchronous stretch with tfjs's warnings off and nothing else in it.
 *
 * @param instance A cpu backend that has started.
 */
export function spendBanner(instance: KernelBackend): void {
  if (spent.has(instance)) return;
  spent.add(instance);
  const wasTest = env().getBool('IS_TEST');
  env().set('IS_TEST', true);
  try {
    instance.disposeData(instance.write(new Float32Array(1), [1], 'float32'));
  } finally {
    env().set('IS_TEST', wasTest);
  }
}
