import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import {
  copyRegisteredKernels,
  getKernelsForBackend,
  registerBackend,
  removeBackend,
  unregisterKernel,
} from '@tensorflow/tfjs-core';
import type { KernelBackend } from '@tensorflow/tfjs-core';
import type { BackendName } from '../../src/backend/backend_names.js';
import type { Candidate } from '../../src/backend/candidate.js';
import { spendBanner } from '../../src/kernels/cpu/cpu_banner.js';

type Start = () => KernelBackend | Promise<KernelBackend>;

let count = 0;
const registered: string[] = [];

/** A cpu backend that has spent its banner. */
export function quietBackend<T extends MathBackendCPU = MathBackendCPU>(
  instance: T = new MathBackendCPU() as T,
): T {
  spendBanner(instance);
  return instance;
}

/** A candidate that computes with a cpu backend of its own, under a name that nobody else has. */
export function fakeCandidate(
  name: BackendName,
  { start = () => quietBackend(), ...overrides }: Partial<Candidate> & { start?: Start } = {},
): Candidate {
  const backend = `fake${count++}`;
  return {
    name,
    backend,
    packageName: `package-of-${name}`,
    async load() {
      registerFake(backend, start);
      return {};
    },
    describe: () => `device of ${name}`,
    ...overrides,
  };
}

/** Registers a backend that has all kernels of cpu. */
export function registerFake(backend: string, start: Start = () => quietBackend()): void {
  if (registered.includes(backend)) return;
  registered.push(backend);
  copyRegisteredKernels('cpu', backend);
  registerBackend(backend, start);
}

export function removeFakes(): void {
  for (const backend of registered.splice(0)) {
    removeBackend(backend);
    for (const { kernelName } of getKernelsForBackend(backend))
      unregisterKernel(kernelName, backend);
  }
}
