import { SingleBar } from 'cli-progress';
import { parseArgs } from 'node:util';
import type { BackendName } from '../../backend/backend_names.js';
import { loadBackend } from '../../backend/load_backend.js';
import { GanKitError } from '../../errors.js';
import { evaluateFolders } from '../evaluate/evaluate_folders.js';
import type { EvaluateFoldersOptions } from '../evaluate/evaluate_options.js';
import { METRICS } from '../evaluate/evaluation.js';
import type { Evaluation, Metric } from '../evaluate/evaluation.js';
import { writeFileAtomic } from '../files/atomic_file.js';
import { COMMAND, inFlags, withFlags } from './in_flags.js';
import { scoreTable } from './score_table.js';

export const EVALUATE_HELP: string = `gan-kit evaluate --real FOLDER --fake FOLDER --extractor NAME [options]

Scores generated images against real ones: every PNG and JPEG of two folders. In place of a folder
there may be a file of its statistics, .npz of pytorch-fid or clean-fid, for the Fréchet distance;
a folder of generated images still has its classifier score.

  --extractor inception    the network of FID, KID and the Inception Score; it needs
    --weights FILE         weights-inception-2015-12-05-6726825d.pth, or the same as .safetensors
  --extractor FILE.json    a tfjs LayersModel, or with @tensorflow/tfjs-converter a GraphModel
    --layer NAME           the layer or node whose output are the features
    --logits NAME          that of a classifier's logits, for its score
  --extractor FILE.js      a module; its default export is a function of images
                           [n, height, width, channels] to features [n, d], or to
                           { features, logits }

  --metrics LIST           of ${METRICS.join(', ')}
                           (default: all that the extractor allows)
  --channels N             3 (default) or 1, grey
  --size N                 resizes each image to N × N first, bicubically
  --range LOW,HIGH         the values of a black and of a white pixel (default -1,1; Inception has its own)
  --batch N                images at a time (default 32)
  --skip-corrupt           passes over files that cannot be read, and names them
  --order NAME             in which the classifier score splits the images: shuffled (default), or by
                           their paths
  --splits N               of the classifier score (default 10)
  --subsets N              of the kernel distance (default 100)
  --subset-size N          images of a subset (default 1000, or what there are)
  --neighbors N            of precision and recall (default 3)
  --coverage-neighbors N   of density and coverage (default 5)
  --seed N                 of the order and of the subsets (default 0)
  --save-stats FILE        writes the statistics of the real images: .npz, as pytorch-fid has them, or
                           .safetensors, with their number; --fake may then be left out
  --json FILE              writes the scores there too; - prints them in place of the table
  --backend NAME           wasm, cpu, webgpu, tensorflow … (default: the fastest that works)
  --threads N              of wasm (default: as many as there are processors)
`;

const text = { type: 'string' } as const;
const FLAGS = {
  ...{ real: text, fake: text, extractor: text, weights: text, layer: text, logits: text },
  ...{ metrics: text, channels: text, size: text, range: text, batch: text, splits: text },
  ...{ subsets: text, 'subset-size': text, neighbors: text, 'coverage-neighbors': text },
  ...{ seed: text, json: text, backend: text, threads: text, order: text, 'save-stats': text },
  'skip-corrupt': { type: 'boolean' },
} as const;

/** Runs the command: writes progress to stderr and the scores to stdout. */
export async function evaluate(args: string[]): Promise<void> {
  const flags = read(args);
  const number = (flag: keyof typeof FLAGS): number | undefined => {
    const value = flags[flag] as string | undefined;
    if (value === undefined) return undefined;
    if (!/^\d+$/.test(value)) refuse(`--${flag}`, 'a whole number', value);
    return Number(value);
  };
  const { real, fake, extractor } = flags;
  const enough = fake !== undefined || flags['save-stats'] !== undefined;
  if (real === undefined || !enough || extractor === undefined)
    return refuse('--real, --fake and --extractor', 'given', args.join(' ') || 'nothing');
  const range = flags.range?.split(',').map(Number);
  if (range !== undefined && (range.length !== 2 || !range.every(Number.isFinite)))
    refuse('--range', 'two numbers, LOW,HIGH', flags.range!);
  const options = {
    ...{ real, fake, extractor, weights: flags.weights, layer: flags.layer, logits: flags.logits },
    range: range as [number, number] | undefined,
    metrics: flags.metrics?.split(',') as Metric[] | undefined,
    ...{ channels: number('channels') as 1 | 3 | undefined, size: number('size') },
    ...{ batchSize: number('batch'), splits: number('splits'), subsets: number('subsets') },
    ...{ subsetSize: number('subset-size'), neighbors: number('neighbors') },
    ...{ coverageNeighbors: number('coverage-neighbors'), seed: number('seed') },
    onCorrupt: flags['skip-corrupt'] === true ? ('skip' as const) : undefined,
    ...{ order: flags.order as 'shuffled' | 'paths' | undefined },
    saveStatistics: flags['save-stats'],
  };
  const threads = number('threads');
  const backend = await withFlags(() =>
    loadBackend({
      ...(flags.backend !== undefined && { prefer: [flags.backend as BackendName] }),
      ...(threads !== undefined && { threads }),
    }),
  );
  console.error(`backend: ${backend.name} (${backend.device})`);

  const bar = new SingleBar({
    ...{ format: '{bar} {value}/{total} images | {eta_formatted} left', hideCursor: true },
    ...{ barsize: 24, noTTYOutput: true, notTTYSchedule: 15_000, stream: process.stderr },
  });
  let evaluation: Evaluation;
  try {
    evaluation = await withFlags(() =>
      evaluateFolders({
        ...(Object.fromEntries(
          Object.entries(options).filter(([, value]) => value !== undefined),
        ) as unknown as EvaluateFoldersOptions),
        onProgress: ({ images, of }) => {
          if (!bar.isActive) bar.start(of, 0);
          bar.update(images);
        },
      }),
    );
  } finally {
    bar.stop();
  }
  for (const [name, reason] of Object.entries(evaluation.skipped))
    console.error(`passed over ${name}: ${reason}`);
  for (const warning of evaluation.warnings) console.error(`warning: ${inFlags(warning)}`);
  if (flags['save-stats'] !== undefined) console.error(`written: ${flags['save-stats']}`);
  const json = JSON.stringify(evaluation, undefined, 2);
  console.log(flags.json === '-' ? json : inFlags(scoreTable(evaluation)));
  if (flags.json !== undefined && flags.json !== '-') {
    await writeFileAtomic(flags.json, `${json}\n`);
    console.error(`written: ${flags.json}`);
  }
}

function read(args: string[]) {
  try {
    return parseArgs({ args, options: FLAGS }).values;
  } catch (error) {
    throw new GanKitError('value', `${(error as Error).message}\n\n${EVALUATE_HELP}`, {
      where: COMMAND,
      cause: error,
    });
  }
}

function refuse(parameter: string, rule: string, received: string): never {
  const message = `${COMMAND}: ${parameter} must be ${rule}. Received: ${received}.`;
  throw new GanKitError('value', message, { where: COMMAND, parameter });
}
