/** Trains with packs of each size and with several seeds, and prints a table of the modes that they find. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodePNG } from 'gan-kit/io';
import { interruptSignal, savePNG, writeFileAtomic } from 'gan-kit/node';
import { startBackend } from '../backend.js';
import { secondsOn } from '../clock.js';
import { readCommandLine } from '../command_line.js';
import { readClassifier } from '../mnist/read_classifier.js';
import { readMnist } from '../mnist/read_mnist.js';
import { printTable } from '../print_table.js';
import { spread } from '../spread.js';
import { stackPictures } from '../stack_pictures.js';
import { startOrResume, trainToEnd } from '../training_loop.js';
import { MODES } from './modes.js';
import type { Modes } from './modes.js';
import { SAMPLES } from './report.js';
import { Run } from './run.js';

/** The result of a run, which is saved, so that an interrupted table goes on. */
interface Row extends Modes {
  readonly cpuSeconds: number;
  readonly picture: string;
}

const HELP = `Trains with packs of each size and with each seed and prints the modes that they find, with a picture of the
first seed.

  npx tsx examples/stacked_digits/table.ts [options]

  --packings A,B   images that the discriminator judges at once (default 1,2,3,4)
  --seeds A,B      default 0,1,2
  --steps N        generator steps (default 1500)
  --batch N        packs in a batch (default 16)
  --backend NAME   wasm, with one thread, cpu, webgpu … (default: the fastest that works)
  --out FOLDER     keeps each run; one that was interrupted goes on (default runs/stacked-digits-table)
`;
const text = { type: 'string' } as const;
const { values, whole } = readCommandLine(process.argv.slice(2), HELP, {
  packings: { ...text, default: '1,2,3,4' },
  seeds: { ...text, default: '0,1,2' },
  steps: { ...text, default: '1500' },
  batch: { ...text, default: '16' },
  backend: text,
  out: { ...text, default: 'runs/stacked-digits-table' },
});
const { backend, out } = values;
const packings = values.packings.split(',').map((one) => whole('packings', one, 1));
const seeds = values.seeds.split(',').map((one) => whole('seeds', one, 0));
const steps = whole('steps', values.steps, 1);
const batch = whole('batch', values.batch, 2);

const clock = secondsOn(await startBackend({ backend, threads: 1 }));
const images = readMnist('train');
const classifier = readClassifier();
const interrupt = interruptSignal();
const rows = new Map<number, Row[]>();
for (const seed of seeds)
  for (const packing of packings) {
    const row = await rowOf(packing, seed);
    if (row === undefined) {
      console.log(`stopped; the same command goes on from ${out}`);
      process.exit(0);
    }
    rows.set(packing, [...(rows.get(packing) ?? []), row]);
  }

printTable({
  title: `Modes of ${SAMPLES} samples after ${steps} steps of ${batch} packs, seeds ${seeds.join(', ')}`,
  columns: ['packing', 'modes', 'KL', 'confident', 'images per step', 'CPU seconds'],
  rows: [...rows].map(([packing, all]) => {
    const stat = (value: (row: Row) => number, digits: number) => spread(all.map(value), digits);
    return [
      String(packing),
      `${stat(({ modes }) => modes, 0)} of ${MODES}`,
      stat(({ kl }) => kl, 2),
      `${stat(({ confident }) => 100 * confident, 1)} %`,
      String(batch * packing),
      stat(({ cpuSeconds }) => cpuSeconds, 0),
    ];
  }),
});
const pictures = await Promise.all(
  [...rows.values()].map(([first]) => decodePNG(new Uint8Array(readFileSync(first!.picture)))),
);
const picture = join(out, 'samples.png');
await savePNG(picture, stackPictures(pictures));
console.log(`\npicture of seed ${seeds[0]}, two rows for each size of the packs: ${picture}`);

/** Trains, or reads what was trained before; returns nothing if it was interrupted. */
async function rowOf(packing: number, seed: number): Promise<Row | undefined> {
  const folder = join(out, `${steps}-of-${batch}-packs-of-${packing}-${seed}`);
  const path = join(folder, 'row.json');
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')) as Row;
  const run = new Run({ packing, batch, seed, steps, out: folder }, images, classifier, clock);
  await startOrResume(run, existsSync(run.checkpointPath));
  await trainToEnd(run, () => `packs of ${packing}, seed ${seed}`);
  if (interrupt.aborted) return undefined;
  const found = await run.modes(SAMPLES, 3);
  const { seconds: cpuSeconds } = run.history;
  const row: Row = { ...found, cpuSeconds, picture: run.gridPath(run.step) };
  await writeFileAtomic(path, JSON.stringify(row));
  run.dispose();
  return row;
}
