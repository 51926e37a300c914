/** Translates street scenes into label maps and back, with pix2pix and three CycleGANs. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { interruptSignal, writeFileAtomic } from 'gan-kit/node';
import { startBackend } from '../backend.js';
import { progressBar } from '../progress.js';
import { saveGenerator } from '../save_generator.js';
import { startOrResume, trainToEnd } from '../training_loop.js';
import { range, Scenes } from './data.js';
import { Judge } from './judge.js';
import { readOptions, runName } from './options.js';
import type { RunOptions } from './options.js';
import { CLASSES } from './palette.js';
import { markdown, tables, writeRunReport } from './report.js';
import type { Row } from './report.js';
import { Run } from './run.js';
import type { ScoresByDirection } from './run.js';
import { DIRECTIONS } from './systems.js';
import type { Choice } from './systems.js';

/** The systems in the rows of the tables. */
const ALL: readonly Pick<Choice, 'system' | 'direction' | 'outputs'>[] = [
  ...DIRECTIONS.map((direction) => ({ system: 'pix2pix', direction, outputs: 'sum' }) as const),
  { system: 'cyclegan', direction: 'photo-to-labels', outputs: 'sum' },
  { system: 'wcyclegan-gp', direction: 'photo-to-labels', outputs: 'sum' },
  { system: 'wcyclegan-gp', direction: 'photo-to-labels', outputs: 'mean' },
  { system: 'sn-cyclegan', direction: 'photo-to-labels', outputs: 'sum' },
];

const options = readOptions(process.argv.slice(2));
const backend = await startBackend(options);

const interrupt = interruptSignal();

const train = new Scenes('train', options.scenes, options.size);
const test = new Scenes('test', options.testScenes, options.size);
const judge = await createJudge();
const places = range(0, test.count);
const real: Row = {
  name: 'ground truth',
  scores: {
    'labels-to-photo': await withTensor(test.photos(places), (x) => judge.photos(x, places)),
    'photo-to-labels': await withTensor(test.maps(places), (x) => judge.maps(x, places)),
  },
};
const { label, ...majority } = await judge.majority(places);
const constant: Row = {
  name: `${CLASSES[label]!} everywhere`,
  scores: { 'labels-to-photo': majority, 'photo-to-labels': majority },
};
console.log(
  `the segmenter is right of ${(100 * real.scores['labels-to-photo']!.pixel).toFixed(1)} % of the pixels of held-out photos`,
);

const rows: Row[] = [];
for (const one of options.all ? ALL : [options]) {
  if (interrupt.aborted) break;
  const choice = { ...options, ...one };
  const scores = await trainOne(
    options.all ? { ...choice, out: join(options.out, runName(choice)) } : choice,
  );
  if (scores !== undefined) rows.push({ name: runName(choice), scores });
}
if (rows.length > 0) {
  const text = tables([...rows, real, constant])
    .map(markdown)
    .join('\n');
  console.log(`\nof ${test.count} held-out scenes:\n\n${text}`);
  if (options.all) await writeFileAtomic(join(options.out, 'tables.md'), text);
}
judge.dispose();

/** Reads the segmenter of this size, or trains it first. */
async function createJudge(): Promise<Judge> {
  const name = `segmenter-${options.size}-${options.scenes}.safetensors`;
  const bar = progressBar('segmenter {bar} {value}/{total} | loss {loss} | {eta} s left');
  const made = await Judge.create(
    train,
    test,
    join('runs/street_scenes', name),
    (step, of, loss) => {
      if (step === 1) bar.start(of, 0);
      bar.update(step, { loss: loss.toFixed(3) });
    },
  );
  bar.stop();
  return made;
}

/** Trains one system to its end and scores it; undefined if it was interrupted. */
async function trainOne(choice: RunOptions): Promise<ScoresByDirection | undefined> {
  const finished = join(choice.out, 'scores.json');
  if (options.all && existsSync(finished)) {
    console.log(`${runName(choice)}: scores of an earlier run, ${finished}`);
    return JSON.parse(readFileSync(finished, 'utf8')) as ScoresByDirection;
  }
  const run = new Run(choice, train, test, judge);
  await startOrResume(run, options.resume || (options.all && existsSync(run.checkpointPath)));
  console.log(
    `${runName(choice)}: ${choice.steps} steps of ${choice.batch} images, seed ${choice.seed}; pictures in ${choice.out}`,
  );
  await trainToEnd(run, (losses) =>
    Object.entries(losses)
      .map(([name, value]) => `${name} ${value.toFixed(2)}`)
      .join(' '),
  );

  const facts = {
    system: runName(choice),
    steps: String(choice.steps),
    batch: String(choice.batch),
    size: `${choice.size} × ${choice.size}`,
    scenes: `${choice.scenes}, and ${choice.testScenes} held out`,
    seed: String(choice.seed),
    backend,
    'seconds a step': (run.history.seconds / run.step).toFixed(3),
    node: process.version,
  };
  if (interrupt.aborted) {
    const path = await writeRunReport(run, facts, []);
    console.log(`stopped at step ${run.step}; checkpoint and ${path} are whole. --resume goes on.`);
    run.translator.dispose();
    return undefined;
  }
  const scores = await run.scores();
  await writeFileAtomic(finished, JSON.stringify(scores));
  const path = await writeRunReport(run, facts, [
    { name: runName(choice), scores },
    real,
    constant,
  ]);
  const { networks } = run.translator.system;
  if ('generator' in networks) {
    const { direction, size, steps, seed } = choice;
    const file = join(choice.out, 'generator.safetensors');
    const bytes = await saveGenerator(networks.generator, 'unet', file, {
      ...{ direction, size: String(size), steps: String(steps), seed: String(seed) },
    });
    console.log(`generator: ${file}, ${Math.round(bytes / 1000)} kB`);
  }
  console.log(`${(run.history.seconds / 60).toFixed(1)} minutes of training; report: ${path}`);
  run.translator.dispose();
  return scores;
}

async function withTensor<T extends { dispose(): void }, R>(
  x: T,
  fn: (x: T) => Promise<R>,
): Promise<R> {
  try {
    return await fn(x);
  } finally {
    x.dispose();
  }
}
