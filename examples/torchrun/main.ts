/**
 * Trains in gan-kit and leaves a file for examples/torchrun/continue.py, or continues from one that it wrote.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tensor } from '@tensorflow/tfjs-core';
import { loadBackend } from 'gan-kit';
import { encodePth, exportTraining, importTraining } from 'gan-kit/io';
import { writeFileAtomic } from 'gan-kit/node';
import { runSteps, shuffledBatch } from 'gan-kit/training';
import { SIZE } from './drawings.js';
import { readOptions } from './options.js';
import { SYSTEMS } from './systems.js';
import type { Choice } from './systems.js';

const { system: name, steps, batch, seed, from, out } = readOptions(process.argv.slice(2));
await loadBackend();
const choice: Choice = SYSTEMS[name];
const drawings = Object.entries(choice.drawings());
const system = choice.make(seed);
if (from !== undefined) {
  const { steps: made } = await importTraining({ system, bytes: await readFile(from) });
  console.log(`continues after ${made} steps`);
}

/** Returns the images of a step. */
function batchOf(step: number): object {
  const images = drawings.map(([kind, { count, data }], i) => {
    const own = { count, batchSize: batch, index: step, seed: choice.paired ? seed : seed + i };
    const places = [...shuffledBatch(own)];
    const values = places.flatMap((k) => [...data.subarray(k * SIZE ** 2, (k + 1) * SIZE ** 2)]);
    return [kind, tensor(values, [batch, SIZE, SIZE, 1])] as const;
  });
  return Object.fromEntries(images);
}

const every = Math.max(1, Math.floor(steps / 5));
await runSteps(system, batchOf, {
  steps: system.stepCount + steps,
  rhythm: [
    {
      every,
      do: ({ step, losses }) => {
        const shown = Object.entries(losses as Record<string, number>).map(
          ([key, loss]) => `${key} ${loss.toFixed(4)}`,
        );
        console.log(`step ${step}: ${shown.join(', ')}`);
      },
    },
  ],
});

await mkdir(out, { recursive: true });
const { architectures, options = '' } = choice;
const [run, data] = [join(out, 'run.pth'), join(out, 'data.pth')];
await writeFileAtomic(run, await exportTraining({ system, architectures }));
const images = drawings.map(([kind, { count, data }]) => {
  return [kind, { shape: [count, 1, SIZE, SIZE], data }] as const;
});
await writeFileAtomic(data, encodePth(Object.fromEntries(images)));
const files = `${run} ${data} --out ${join(out, 'back.pth')}`;
console.log(`torchrun --nproc-per-node 2 examples/torchrun/continue.py ${files} \\
  --steps ${steps} --batch ${batch} ${options}`);
