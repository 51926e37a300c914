/**
 * Makes steps of the demo, and saves checkpoints:
 *
 *   node --import tsx test/site/demo_steps.ts FOLDER STEP … -- [options of the demo]
 */
import { join } from 'node:path';
import { loadBackend } from 'gan-kit';
import { firstImages } from '../../examples/mnist/data.js';
import { readOptions } from '../../examples/mnist/options.js';
import { readMnist } from '../../examples/mnist/read_mnist.js';
import { Run } from '../../examples/mnist/run.js';
import { IN_FOLDERS } from '../../examples/training_run.js';

const at = process.argv.indexOf('--');
const [folder, ...steps] = process.argv.slice(2, at) as [string, ...string[]];
await loadBackend({ prefer: ['wasm'] });
const options = readOptions([...process.argv.slice(at + 1), '--out', folder]);
const unscored = undefined as never; // nothing is due in so few steps
const run = new Run(options, firstImages(readMnist('train'), options.images), unscored);
for (const step of steps.map(Number)) {
  while (run.step < step) await run.advance();
  await IN_FOLDERS.saveCheckpoint(run.gan, join(folder, `${step}.safetensors`), run.extra);
}
process.exit(0);
