import { expect, test } from 'vitest';
import { runScript } from '../helpers/program.js';

test('repaired gradients stay when loadBackend imports tfjs-node, and all of tfjs with it', async () => {
  const { stdout } = await runScript(`
    import * as tf from '@tensorflow/tfjs-core';
    import '@tensorflow/tfjs-layers';
    import { enableSecondOrderGradients } from './src/gradients/enable_second_order_gradients.ts';
    enableSecondOrderGradients();
    await loadBackend({ prefer: ['tensorflow'] });
    const slope = tf.grad(tf.tanh);
    const penalty = tf.grad((x) => tf.sum(tf.square(slope(x))));
    console.log(penalty(tf.tensor1d([0.5])).dataSync()[0].toFixed(3));
  `);
  expect(stdout).toBe('-1.143\n');
});
