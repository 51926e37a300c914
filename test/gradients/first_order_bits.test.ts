import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import '@tensorflow/tfjs-layers';
import { setBackend } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { Probe } from '../../src/gradcheck/probe.js';
import { enableSecondOrderGradients } from '../../src/gradients/enable_second_order_gradients.js';
import { RandomStream } from '../../src/internal/random.js';
import { installKernels } from '../../src/kernels/install.js';
import { inputsOf, OPS } from '../gradcheck/catalogue.js';

const BACKENDS = ['cpu', 'wasm'];

/** What the repairs are there to change. */
const WRONG_IN_STOCK = /^mirrorPad|'same' with padding|half-pixel/;

async function gradients(): Promise<Map<string, Float32Array[]>> {
  const found = new Map<string, Float32Array[]>();
  for (const backend of BACKENDS) {
    await setBackend(backend);
    installKernels(); // kernels may round in another way, gradients may not
    for (const entry of OPS) {
      if (WRONG_IN_STOCK.test(entry.name) || entry.stock !== undefined) continue;
      const probe = new Probe(entry.f, inputsOf(entry), new RandomStream(4));
      const weights = probe.weights((await probe.outputs()).length);
      try {
        found.set(`${entry.name} on ${backend}`, await probe.gradient(weights));
      } catch {
        // tfjs has none
      }
    }
  }
  return found;
}

it('ops that were right keep every bit at first order', async () => {
  const stock = await gradients();
  enableSecondOrderGradients();
  const repaired = await gradients();
  expect(stock.size).toBeGreaterThan(120);
  for (const [op, values] of stock) expect([op, repaired.get(op)]).toEqual([op, values]);
});
