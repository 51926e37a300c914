import { env } from '@tensorflow/tfjs-core';
import type { KernelBackend } from '@tensorflow/tfjs-core';
import type { Candidate } from './candidate.js';
import { importBackend } from './import_backend.js';

/** Plain JavaScript: always there, and far too slow to train with. */
export const cpu: Candidate = {
  name: 'cpu',
  backend: 'cpu',
  packageName: '@tensorflow/tfjs-backend-cpu',
  async load(options) {
    const module = (await importBackend(
      cpu,
      options,
      () => import('@tensorflow/tfjs-backend-cpu'),
    )) as { version_cpu?: string } | undefined;
    return { coreVersion: module?.version_cpu };
  },
  prepare: spendBanner,
  describe: () => 'plain JavaScript',
};

/**
 * In Node the cpu backend greets its first tensor with a banner that advises tfjs-node. That
 * tensor is made here, within one synchronous stretch in which tfjs's warnings are off.
 */
function spendBanner(instance: KernelBackend): void {
  const wasTest = env().getBool('IS_TEST');
  env().set('IS_TEST', true);
  try {
    instance.disposeData(instance.write(new Float32Array(1), [1], 'float32'));
  } finally {
    env().set('IS_TEST', wasTest);
  }
}
