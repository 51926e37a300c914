/**
 * The contender gan-kit: `gan_kit.ts THREADS` on wasm; `gan_kit.ts tensorflow` on libtensorflow;
 * `gan_kit.ts webgpu`, or `software-webgpu`, on WebGPU.
 */
import { loadBackend } from 'gan-kit';
import type { LoadBackendOptions } from 'gan-kit';
import { convolution } from './convolution.js';
import { step } from './gan_kit_step.js';
import { metrics } from './metrics.js';
import { serve } from './serve.js';
import { translation } from './translation.js';

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

await serve(
  async (one) => {
    await loading;
    if (one.kind === 'metrics') return metrics(one);
    if (one.kind === 'translation') return translation(one);
    if (one.kind === 'convolution') return convolution(one);
    if (one.kind === 'step') return step(one);
    throw new Error(`it is not given ${one.kind}`);
  },
  async () => (await loading).device,
);
