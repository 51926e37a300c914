import { findBackendFactory, getKernelsForBackend, unregisterKernel } from '@tensorflow/tfjs-core';
import type { KernelBackend } from '@tensorflow/tfjs-core';
import {
  enableSecondOrderGradients,
  hasSecondOrderGradients,
} from '../gradients/enable_second_order_gradients.js';
import type { Candidate } from './candidate.js';
import { importBackend } from './import_backend.js';
import type { ImportModule } from './import_backend.js';
import { nodeBuiltin, nodeProcess } from './node_builtins.js';

const BACKEND = 'tensorflow';
type NodeBackend = KernelBackend & { isGPUPackage?: boolean; isUsingGpuDevice?: boolean };

/**
 * Makes the candidate of tfjs-node or tfjs-node-gpu. Both call their backend 'tensorflow'.
 *
 * @param onDevice Whether it is refused without a CUDA device: tfjs-node-gpu then computes on processors, as
 *   tfjs-node does.
 */
export function tfjsNode(
  name: 'tensorflow' | 'tensorflow-gpu',
  importModule: ImportModule,
  { onDevice = false }: { readonly onDevice?: boolean } = {},
): Candidate {
  const ofGPU = name === 'tensorflow-gpu';
  const packageName = ofGPU ? '@tensorflow/tfjs-node-gpu' : '@tensorflow/tfjs-node';
  const candidate = {
    name,
    backend: BACKEND,
    packageName,
    async load(options): ReturnType<Candidate['load']> {
      bringBackUtil();
      chooseOneDNN();
      const repaired = hasSecondOrderGradients();
      const module = (await importBackend(candidate, options, importModule).catch(clearAway)) as
        { version?: Record<string, string> } | undefined;
      // it imports all of tfjs, which registers its own gradients once more
      if (repaired) enableSecondOrderGradients();
      return { coreVersion: module?.version?.['tfjs-core'] };
    },
    prepare(instance: NodeBackend) {
      // the program may have imported the sibling, which registers the same name
      if ((instance.isGPUPackage ?? false) !== ofGPU)
        throw new Error(`the registered 'tensorflow' backend is not that of ${packageName}`);
      if (onDevice && instance.isUsingGpuDevice !== true)
        throw new Error('no CUDA device, without which it takes the place of tfjs-node');
    },
    describe: ({ isUsingGpuDevice }: NodeBackend) =>
      isUsingGpuDevice ? 'libtensorflow on CUDA' : 'libtensorflow on the CPU',
  } satisfies Candidate;
  return candidate;
}

/**
 * Makes libtensorflow compute convolutions with oneDNN, unless the environment sets the variable. By default
 * TensorFlow 2.9 does so on processors with VNNI only; its own kernels take half as long again on those with
 * AVX2 alone. It reads the variable once, at its start.
 *
 * @internal exported for its test
 */
export function chooseOneDNN(env: Record<string, string | undefined> = nodeProcess().env): void {
  env['TF_ENABLE_ONEDNN_OPTS'] ??= '1';
}

/**
 * Removes the kernels that a module registered before it threw, as it does without its addon: tfjs warns of
 * each that its sibling registers again.
 */
function clearAway(error: unknown): never {
  if (findBackendFactory(BACKEND) === null)
    for (const { kernelName } of getKernelsForBackend(BACKEND))
      unregisterKernel(kernelName, BACKEND);
  throw error;
}

/**
 * Gives Node 23 and later the two functions of `util` that it dropped and tfjs-node 4.22 calls
 * whenever it makes a tensor.
 *
 * @internal exported for its test
 */
export function bringBackUtil(util: Record<string, unknown> = nodeBuiltin('util')): void {
  util.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  util.isArray ??= (value: unknown) => Array.isArray(value);
}
