// Bundled for a browser by each bundler, beside a fake @tensorflow/tfjs-node.
import * as tf from '@tensorflow/tfjs';
import { loadBackend } from 'gan-kit';
import { hinge } from 'gan-kit/losses';

const { name } = await loadBackend({ prefer: ['cpu'] });
const logits = { real: tf.tensor1d([2, 0.5]), fake: tf.tensor1d([-3, 0]) };
const [loss] = await hinge().discriminator(logits).data();
console.log('the bundled program ran:', name, loss);
