/**
 * The contender gan-kit: `gan_kit.ts THREADS` on wasm; `gan_kit.ts tensorflow` on libtensorflow;
 * `gan_kit.ts webgpu`, or `software-webgpu`, on WebGPU, where `unrecorded` after it switches recorded steps off.
 */
import { backend } from '@tensorflow/tfjs-core';
import { loadBackend } from 'gan-kit';
import type { LoadBackendOptions } from 'gan-kit';
import { convolution } from './convolution.js';
import { step } from './gan_kit_step.js';
import { watchMemory } from './gpu_memory.js';
import type { PeakMemory } from './gpu_memory.js';
import { metrics } from './metrics.js';
import { serve } from './serve.js';
import { translation } from './translation.js';
import { UNRECORDED } from './unrecorded.js';

interface Buffers {
  readonly bufferManager: Parameters<typeof watchMemory>[0];
}

const where = process.argv[2]!;
const options = (): LoadBackendOptions => {
  if (where === 'tensorflow') return { prefer: ['tensorflow'] };
  return where.endsWith('webgpu')
    ? { prefer: ['webgpu'], softwareWebGPU: where.startsWith('software') }
    : { prefer: ['wasm'], threads: Number(where) };
};
const loading = loadBackend(options()).catch(({ message }: Error) => {
  // the first line says that no backend works, the others say why
  throw new Error(message.split('\n').slice(1).join('; ').replace(/^- /, '') || message);
});
loading.catch(() => undefined); // the error is the answer to any question

/** Options that every system has. */
const common = process.argv[3] === 'unrecorded' ? UNRECORDED : {};
let memory: PeakMemory | undefined;

await serve(
  async (one) => {
    await loading;
    if (one.kind === 'metrics') return metrics(one);
    if (one.kind === 'translation') return translation(one, common);
    if (one.kind === 'convolution') return convolution(one);
    if (one.kind === 'step') return step(one, common);
    throw new Error(`it is not given ${one.kind}`);
  },
  async () => (await loading).device,
  where.endsWith('webgpu')
    ? () => (memory ??= watchMemory((backend() as unknown as Buffers).bufferManager))
    : undefined,
);
