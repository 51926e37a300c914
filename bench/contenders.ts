import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { ContenderCommand } from './contender.js';

/** Set PYTHON where torch is in an environment of its own. */
const PYTHON = process.env['PYTHON'] ?? 'python3';
const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

const node = (name: string, worker: string, ...args: string[]): ContenderCommand => ({
  name,
  command: process.execPath,
  args: ['--import', 'tsx', path(`./workers/${worker}.ts`), ...args],
});

const torch = (threads: number): ContenderCommand => ({
  name: `PyTorch, ${threads === 1 ? '1 thread' : `${threads} threads`}`,
  command: PYTHON,
  args: [path('./peers/torch_worker.py'), String(threads)],
});

/** The one that all others are compared with. */
export const OURS = 'gan-kit, 1 thread';
/** Whose forward pass is the measure of a backward pass. */
export const STOCK_WASM = 'tfjs, wasm';

/** Everyone who can run here, and who cannot. */
export function contenders(): { present: ContenderCommand[]; absent: string[] } {
  const torchVersion = spawnSync(PYTHON, ['-c', 'import torch; print(torch.__version__)']);
  const hasTorch = torchVersion.status === 0;
  return {
    present: [
      node(OURS, 'gan_kit', '1'),
      ...(availableParallelism() > 1 ? [node('gan-kit, 2 threads', 'gan_kit', '2')] : []),
      node(STOCK_WASM, 'stock_tfjs', 'wasm'),
      { ...node('tfjs, cpu', 'stock_tfjs', 'cpu'), slow: true },
      { ...node('jax-js, wasm', 'jax_js'), slow: true },
      ...(hasTorch ? [torch(1), torch(2)] : []),
    ],
    absent: hasTorch ? [] : ['PyTorch (pip install torch)'],
  };
}
