// node node.js [STEPS] [SEED], in a project with gan-kit, @tensorflow/tfjs-core and @tensorflow/tfjs-layers
import { loadBackend } from 'gan-kit';
import { quality } from './ring.js';
import { trainRing } from './trainer.js';

const { name } = await loadBackend();
console.log(`training on ${name}`);
const [steps = 2500, seed = 0] = process.argv.slice(2).map(Number);
const began = performance.now();
const tell = ({ step, critic }) => {
  const left = ((performance.now() - began) / 1000 / step) * (steps - step);
  console.log(`step ${step} of ${steps}: critic ${critic.toFixed(3)}, ${left.toFixed(0)} s left`);
};
const sample = await trainRing({ steps, seed, tell });
const seconds = (performance.now() - began) / 1000;

const { modes, highQuality } = quality(await sample(2500).array());
console.log(
  `after ${seconds.toFixed(1)} s: ${modes} of 8 modes, ${(100 * highQuality).toFixed(1)} % high quality`,
);
