import type { Candidate } from './candidate.js';
import { importBackend } from './import_backend.js';

/** Plain JavaScript: always available, and far too slow for training. */
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
  describe: () => 'plain JavaScript',
};
