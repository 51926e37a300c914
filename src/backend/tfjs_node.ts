import type { KernelBackend } from '@tensorflow/tfjs-core';
import type { Candidate } from './candidate.js';
import { importBackend } from './import_backend.js';
import type { ImportModule } from './import_backend.js';
import { nodeBuiltin, nodeProcess } from './node_builtins.js';

type NodeBackend = KernelBackend & { isGPUPackage?: boolean; isUsingGpuDevice?: boolean };

/** tfjs-node or tfjs-node-gpu. Both call their backend 'tensorflow'. */
export function tfjsNode(
  name: 'tensorflow' | 'tensorflow-gpu',
  importModule: ImportModule,
): Candidate {
  const ofGPU = name === 'tensorflow-gpu';
  const packageName = ofGPU ? '@tensorflow/tfjs-node-gpu' : '@tensorflow/tfjs-node';
  const candidate = {
    name,
    backend: 'tensorflow',
    packageName,
    async load(options): ReturnType<Candidate['load']> {
      bringBackUtil();
      chooseOneDNN();
      const module = (await importBackend(candidate, options, importModule)) as
        { version?: Record<string, string> } | undefined;
      return { coreVersion: module?.version?.['tfjs-core'] };
    },
    prepare(instance: NodeBackend) {
      // the program may have imported the sibling, which registers the same name
      if ((instance.isGPUPackage ?? false) !== ofGPU)
        throw new Error(`the registered 'tensorflow' backend is not that of ${packageName}`);
    },
    describe: ({ isUsingGpuDevice }: NodeBackend) =>
      isUsingGpuDevice ? 'libtensorflow on CUDA' : 'libtensorflow on the CPU',
  } satisfies Candidate;
  return candidate;
}

/**
 * Has libtensorflow compute convolutions with oneDNN, unless the environment says something about it.
 * By itself TensorFlow 2.9 does so on processors with VNNI only; on those with AVX2 alone its own kernels take
 * half as long again. It reads the variable once, as it starts.
 *
 * @internal exported for its test
 */
export function chooseOneDNN(env: Record<string, string | undefined> = nodeProcess().env): void {
  env['TF_ENABLE_ONEDNN_OPTS'] ??= '1';
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
