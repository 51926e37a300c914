import '@tensorflow/tfjs-backend-wasm';
import '@tensorflow/tfjs-layers';
import { getKernel, setBackend, tensor, variable } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { hinge } from '../../src/losses/hinge.js';
import { l1 } from '../../src/losses/l1.js';
import { clipWeights } from '../../src/training/weight_clipping.js';
import { withNaN } from '../helpers/produced_nan.js';

const bad = () => withNaN('∞ − ∞', Float32Array.of(1, 2, 3), [1]);

// in this order: clipping installs kernels
it('losses of NaN are NaN by the kernels that tfjs comes with, and clipping brings its own', async () => {
  await setBackend('wasm');
  const stock = getKernel('Relu', 'wasm');
  const real = tensor([1, 2, 3]);
  expect([...(await hinge().discriminator({ real: bad(), fake: real }).data())]).toEqual([NaN]);
  expect([...(await hinge().discriminator({ real, fake: bad() }).data())]).toEqual([NaN]);
  expect([...(await l1({ target: real, prediction: bad() }).data())]).toEqual([NaN]);
  expect(getKernel('Relu', 'wasm')).toBe(stock);

  const weights = variable(bad());
  clipWeights([weights], 0.5);
  expect([...(await weights.data())]).toEqual([0.5, NaN, 0.5]);
});
