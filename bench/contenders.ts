import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ContenderCommand } from './protocol/contender.js';

/** The Python with torch; set PYTHON if it is in an environment of its own. */
const PYTHON = process.env['PYTHON'] ?? 'python3';
const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

const node = (name: string, worker: string, ...args: string[]): ContenderCommand => ({
  name,
  command: process.execPath,
  args: ['--import', 'tsx', path(`./workers/${worker}.ts`), ...args],
});

const python = (name: string, ...args: string[]): ContenderCommand => ({
  name,
  command: PYTHON,
  args: [path('./peers/torch_worker.py'), ...args],
});

const gankit = (threads: number): ContenderCommand => ({
  ...node(`gan-kit, ${count(threads)}`, 'gan_kit', String(threads)),
  threads,
});

/** Makes the command of gan-kit on libtensorflow, which reads its number of threads once, when the process starts. */
const native = (threads: number): ContenderCommand => ({
  ...node(`gan-kit, native, ${count(threads)}`, 'gan_kit', 'tensorflow'),
  env: {
    TF_NUM_INTRAOP_THREADS: String(threads),
    TF_NUM_INTEROP_THREADS: '1',
    TF_CPP_MIN_LOG_LEVEL: '2',
  },
  threads,
});

const torch = (threads: number): ContenderCommand => ({
  ...python(`PyTorch, ${count(threads)}`, String(threads)),
  threads,
});

const count = (threads: number): string => (threads === 1 ? '1 thread' : `${threads} threads`);

/** The name of the contender that all others are compared with. */
export const OURS = gankit(1).name;
/** The name of the contender whose forward pass is the unit for a backward pass. */
export const STOCK_WASM = 'tfjs, wasm';
/** The name of the contender whose memory is compared with ours. */
export const TORCH = torch(1).name;

/** All contenders. */
export interface Contenders {
  readonly present: readonly ContenderCommand[];
  /** The contenders that cannot run here, and how to make them run. */
  readonly absent: readonly { readonly name: string; readonly help: string }[];
}

/** Finds the contenders on the processor: those that can run here, and those that cannot. */
export function contenders(): Contenders {
  const hasTorch = spawnSync(PYTHON, ['-c', 'import torch']).status === 0;
  const loadsNative = ['-e', "require('@tensorflow/tfjs-node')"];
  const hasNative = spawnSync(process.execPath, loadsNative, { cwd: path('..') }).status === 0;
  const two = availableParallelism() > 1;
  return {
    present: [
      gankit(1),
      ...(two ? [gankit(2)] : []),
      ...(hasNative ? [native(1), ...(two ? [native(2)] : [])] : []),
      node(STOCK_WASM, 'stock_tfjs', 'wasm'),
      { ...node('tfjs, cpu', 'stock_tfjs', 'cpu'), slow: true },
      { ...node('jax-js, wasm', 'jax_js'), slow: true },
      ...(hasTorch ? [torch(1), torch(2)] : []),
    ],
    absent: [
      ...(hasNative ? [] : [{ name: 'gan-kit, native', help: 'npm run native' }]),
      ...(hasTorch ? [] : [{ name: 'PyTorch', help: 'pip install torch, or set PYTHON' }]),
    ],
  };
}

/**
 * Returns gan-kit of another checkout, with its own sources and programs.
 *
 * @param against The folder of the checkout; its node_modules are in it or above it.
 */
export const otherCheckout = (against: string): ContenderCommand[] =>
  (availableParallelism() > 1 ? [1, 2] : [1]).map((threads) => ({
    name: `gan-kit of ${against}, ${count(threads)}`,
    command: process.execPath,
    args: [
      ...['--import', import.meta.resolve('tsx')],
      ...[resolve(against, 'bench/workers/gan_kit.ts'), String(threads)],
    ],
    folder: against,
    threads,
  }));

/**
 * Returns gan-kit on the software adapter, with recorded steps and without, and that of another checkout.
 *
 * @param env The environment in which Dawn finds an adapter.
 * @param against The folder of the other checkout; its node_modules are in it or above it.
 */
export function webgpuContenders(
  env: Readonly<Record<string, string>>,
  against?: string,
): ContenderCommand[] {
  const made = (name: string, how: string, folder: string): ContenderCommand => ({
    ...{ name, env, folder, command: process.execPath },
    // by its place, as the other folder may have no such package
    args: ['--import', import.meta.resolve('tsx'), path('./workers/webgpu_step.ts'), how],
  });
  return [
    made('recorded', 'recorded', path('..')),
    made('unrecorded', 'unrecorded', path('..')),
    ...(against === undefined ? [] : [made(against, 'recorded', against)]),
  ];
}

/** The name of the contender that others are compared with on a GPU. */
export const OURS_ON_GPU = 'gan-kit, WebGPU';

/** The name of PyTorch there. */
export const TORCH_ON_GPU = 'PyTorch, CUDA';

/** The time for `torch.compile` to make a step, so that a run of all cases ends. */
const COMPILING_MS = 30_000;

/**
 * Returns gan-kit and PyTorch on the GPU, even if they cannot run here, each also in another way: without recorded steps,
 * and by `torch.compile`.
 *
 * @param rehearse Whether they run on the processor, which tells nothing but that they work.
 */
export function gpuContenders(rehearse = false): ContenderCommand[] {
  const [where, device] = rehearse ? ['software-webgpu', 'cpu'] : ['webgpu', 'cuda'];
  return [
    node(OURS_ON_GPU, 'gan_kit', where),
    node(`${OURS_ON_GPU}, unrecorded`, 'gan_kit', where, 'unrecorded'),
    python(TORCH_ON_GPU, '1', device),
    {
      ...python(`${TORCH_ON_GPU}, compiled`, '1', device, 'compile'),
      patience: rehearse ? 4 * COMPILING_MS : COMPILING_MS,
    },
  ];
}
