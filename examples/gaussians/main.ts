/** Trains a GAN on eight or twenty-five Gaussians, and shows which of them the samples reach. */
import { join } from 'node:path';
import { SingleBar } from 'cli-progress';
import { savePNG } from 'gan-kit/node';
import { startBackend } from '../backend.js';
import { SAMPLES, train } from './experiment.js';
import { MIXTURES } from './mixtures.js';
import { readOptions } from './options.js';
import { percent, writeRunReport } from './report.js';
import { scatter } from './scatter.js';

const options = readOptions(process.argv.slice(2));
const backend = await startBackend({ backend: options.backend, threads: undefined });
console.log(
  `${options.system} on the ${options.data}: ${options.steps} steps, packs of ${options.packing}, seed ${options.seed}`,
);

const bar = new SingleBar({
  format: '{bar} {value}/{total} | D {d} | G {g} | {left} s left',
  barsize: 24,
  hideCursor: true,
  noTTYOutput: true,
  notTTYSchedule: 15_000,
});
bar.start(options.steps, 0, { d: '–', g: '–', left: '–' });
const began = performance.now();
const result = await train(options, (step, { discriminator, generator }) => {
  const each = (performance.now() - began) / 1000 / step;
  bar.update(step, {
    d: discriminator.toFixed(3),
    g: generator!.toFixed(3),
    left: Math.round(each * (options.steps - step)),
  });
});
bar.stop();

const mixture = MIXTURES[options.data];
const { modes, highQuality, reverseKL } = result.milestones.at(-1)!;
console.log(`of ${SAMPLES} samples, after ${result.seconds.toFixed(1)} s of training:`);
console.log(`modes                   ${modes} of ${mixture.means.length}`);
console.log(`high quality            ${percent(highQuality)} (a Gaussian itself: 98.9 %)`);
console.log(`reverse KL              ${reverseKL.toFixed(4)}`);
const picture = join(options.out, 'samples.png');
await savePNG(picture, scatter([result.milestones], mixture));
const report = await writeRunReport(options, result, backend);
console.log(`picture: ${picture}\nreport: ${report}`);
