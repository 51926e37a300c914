// Trains, so that the page stays free to answer; and keeps a checkpoint, with which the next visit goes on.
import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import threaded from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import { loadBackend } from 'gan-kit';
import { decodeCheckpoint, encodeCheckpoint, imageGrid } from 'gan-kit/io';
import { runSteps, sampleLatents } from 'gan-kit/training';
import { createFlowerGAN, flowers, LATENTS } from './gan.js';
import { forget, keep, kept } from './store.js';

/** What the page asks for. */
export type Order = { kind: 'train'; steps: number } | { kind: 'pause' } | { kind: 'anew' };

/** What the page hears. */
export type Report =
  | { kind: 'backend'; name: string; device: string }
  | { kind: 'picture'; step: number; picture: ImageData }
  | { kind: 'kept' | 'waiting'; step: number }
  | { kind: 'busy' | 'forgotten' }
  | { kind: 'error'; message: string };

const NAME = 'flowers';
const report = (one: Report): void => self.postMessage(one);
const fail = (error: unknown): void => report({ kind: 'error', message: String(error) });

/** Waits until no other tab is at it: both would keep their checkpoints in one place. */
async function alone(): Promise<void> {
  const { held = [] } = await navigator.locks.query();
  if (held.some(({ name }) => name === NAME)) report({ kind: 'busy' });
  await new Promise<void>((resolve) => {
    void navigator.locks.request(NAME, () => new Promise(() => resolve())); // held until this worker ends
  });
}

async function begin() {
  await alone();
  const { name, device } = await loadBackend({
    wasmPath: {
      'tfjs-backend-wasm.wasm': plain,
      'tfjs-backend-wasm-simd.wasm': simd,
      'tfjs-backend-wasm-threaded-simd.wasm': threaded,
    },
  });
  report({ kind: 'backend', name, device });
  const gan = createFlowerGAN();
  const bytes = await kept(NAME);
  if (bytes !== undefined) await gan.restore(decodeCheckpoint(bytes).state);
  const latents = sampleLatents({ count: 32, size: LATENTS, seed: 0 });

  async function show(): Promise<void> {
    const samples = gan.generate({ latents });
    const { width, height, data } = await imageGrid(samples, { columns: 8 });
    samples.dispose();
    const picture = new ImageData(width, height);
    for (let i = 0; i < width * height; i++)
      picture.data.set([...data.subarray(3 * i, 3 * i + 3), 255], 4 * i);
    report({ kind: 'picture', step: gan.stepCount, picture });
  }
  async function save(): Promise<void> {
    await keep(NAME, encodeCheckpoint(await gan.state()));
    report({ kind: 'kept', step: gan.stepCount });
  }
  async function train(steps: number, signal: AbortSignal): Promise<void> {
    await runSteps(gan, flowers, {
      ...{ steps, signal },
      rhythm: [
        { every: 5, do: show },
        { every: 25, do: save },
      ],
    });
    await show();
    await save();
  }
  await show();
  report({ kind: 'waiting', step: gan.stepCount });
  return { train, step: () => gan.stepCount };
}

const ready = begin();
ready.catch(fail);
let pause = new AbortController();

self.onmessage = async ({ data: order }: MessageEvent<Order>) => {
  try {
    if (order.kind === 'pause') return pause.abort();
    if (order.kind === 'anew') {
      await forget(NAME);
      return report({ kind: 'forgotten' });
    }
    const { train, step } = await ready;
    pause = new AbortController();
    await train(order.steps, pause.signal);
    report({ kind: 'waiting', step: step() });
  } catch (error) {
    fail(error);
  }
};
