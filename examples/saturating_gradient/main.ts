/**
 * Shows why the generator of the first GAN learns nothing when its discriminator is good: the norm of its
 * gradient under log(1 − D), −log D and the Wasserstein loss, while a discriminator gets better.
 */
import { setImmediate } from 'node:timers/promises';
import { SingleBar } from 'cli-progress';
import { loadBackend, Losses } from 'gan-kit';
import { dcganDiscriminator, dcganGenerator } from 'gan-kit/models';
import { writeReport } from 'gan-kit/node';
import type { ReportCurve, ReportSeries } from 'gan-kit/node';
import { adam, createGAN } from 'gan-kit/training';
import { readCommandLine } from '../command_line.js';
import { SIDE, trainingBatch } from '../mnist/data.js';
import { readMnist } from '../mnist/read_mnist.js';
import { LATENTS, trainAgainst } from './experiment.js';
import type { Kind, Trace } from './experiment.js';

const HELP = `Trains a generator a little, more and longer; stops it; and trains a discriminator from
scratch against each, measuring the generator's gradient on the way.

  npx tsx examples/saturating_gradient/main.ts [options]

  --stages A,B,C   generator steps before it is stopped (default 25,200,1000)
  --steps N        steps of each new discriminator (default 400)
  --batch N        images in a batch (default 32)
  --seed N         every random choice follows from it (default 0)
  --out FOLDER     where the report goes (default runs/saturating_gradient)
`;

const text = { type: 'string' } as const;
const { values, whole } = readCommandLine(process.argv.slice(2), HELP, {
  stages: { ...text, default: '25,200,1000' },
  steps: { ...text, default: '400' },
  batch: { ...text, default: '32' },
  seed: { ...text, default: '0' },
  out: { ...text, default: 'runs/saturating_gradient' },
});
const stages = values.stages.split(',').map((stage) => whole('stages', stage, 0));
const steps = whole('steps', values.steps, 1);
const batch = whole('batch', values.batch, 2);
const seed = whole('seed', values.seed, 0);

const backend = await loadBackend();
console.log(`backend: ${backend.name} (${backend.device})`);
const train = readMnist('train');
const imageShape = [SIDE, SIDE, 1] as const;
const generator = dcganGenerator({
  imageShape,
  latentSize: LATENTS,
  filters: 16,
  form: 'paper',
  seed,
});
const gan = createGAN({
  generator,
  discriminator: dcganDiscriminator({ imageShape, filters: 16, form: 'paper', seed: seed + 1 }),
  loss: Losses.nonSaturating(),
  optimizers: {
    generator: adam({ learningRate: 1e-3 }),
    discriminator: adam({ learningRate: 4e-4 }),
  },
  seed,
});

const bar = new SingleBar({
  format: '{bar} {percentage} % | {what} | {eta_formatted} left',
  barsize: 24,
  hideCursor: true,
  noTTYOutput: true,
  notTTYSchedule: 15_000,
});
const kinds: Kind[] = ['probability', 'critic'];
bar.start(Math.max(...stages) + stages.length * kinds.length * (steps + 1), 0, {
  what: 'generator',
});

/** Advances the bar, and waits so that it is drawn. */
async function advance(what: string): Promise<void> {
  bar.increment({ what });
  await setImmediate();
}

const traces: { stage: number; kind: Kind; trace: Trace }[] = [];
for (const stage of [...stages].sort((a, b) => a - b)) {
  while (gan.steps.generator < stage) {
    const real = trainingBatch(train, batch, seed, gan.steps.generator);
    await gan.trainStep({ real }, { read: false });
    real.dispose();
    await advance('generator');
  }
  for (const kind of kinds) {
    const setup = {
      train,
      batch,
      steps,
      every: Math.max(1, Math.round(steps / 50)),
      batches: 4,
      seed: 1000 + seed,
    };
    const what = `${kind === 'critic' ? 'critic' : 'discriminator'} against ${stage} steps`;
    const trace = await trainAgainst(generator, kind, setup, () => advance(what));
    traces.push({ stage, kind, trace });
  }
}
bar.stop();

const series = (kind: Kind, of: (trace: Trace) => number[]): ReportSeries[] =>
  traces
    .filter((one) => one.kind === kind)
    .map(({ stage, trace }) => ({ name: `${stage} steps`, x: trace.steps, y: of(trace) }));
const norm = (kind: Kind, loss: string): ReportSeries[] =>
  series(kind, ({ norms }) => norms[loss]!);
const chart = (
  title: string,
  yLabel: string,
  lines: ReportSeries[],
  logarithmic = true,
): ReportCurve => ({
  title,
  xLabel: 'discriminator steps from scratch, the generator standing still',
  yLabel,
  series: lines,
  logarithmic,
});
const curves = [
  chart(
    "The discriminator's loss",
    'loss',
    series('probability', ({ loss }) => loss),
  ),
  chart(
    'Its accuracy',
    'share',
    series('probability', ({ accuracy }) => accuracy),
    false,
  ),
  chart(
    'Generator gradient, log(1 − D), which saturates',
    '‖∇θ‖',
    norm('probability', 'log(1 − D)'),
  ),
  chart('Generator gradient, −log D', '‖∇θ‖', norm('probability', '−log D')),
  chart(
    'Generator gradient, Wasserstein with gradient penalty',
    '‖∇θ‖',
    norm('critic', 'Wasserstein'),
  ),
  chart(
    'Spread of the gradient over batches, −log D',
    'standard deviation / mean',
    series('probability', ({ spreads }) => spreads['−log D']!),
    false,
  ),
];
const rows = traces.flatMap(({ stage, trace }) =>
  Object.entries(trace.norms).map(([loss, norms]) => {
    const [first, greatest, last] = [norms[0]!, Math.max(...norms), norms.at(-1)!];
    const digits = [first, greatest, last, last / greatest].map((x) => x.toExponential(1));
    return [`${stage}`, loss, ...digits];
  }),
);
const columns = [
  'generator steps',
  'loss',
  '‖∇θ‖ at step 0',
  'at its greatest',
  `at step ${steps}`,
  'last / greatest',
];
await writeReport(`${values.out}/report.html`, {
  title: 'The gradient that saturates',
  subtitle:
    'What a generator on MNIST is taught while a discriminator learns to tell it from the data',
  curves,
  tables: [{ title: 'The norm of the gradient of the generator', columns, rows }],
  configuration: {
    stages: values.stages,
    steps: `${steps}`,
    batch: `${batch}`,
    seed: `${seed}`,
    backend: backend.name,
  },
  notes: ['Arjovsky and Bottou 2017, arXiv 1701.04862, figures 1 to 3, at a smaller size.'],
});
console.log(
  [columns, ...rows].map((row) => row.map((cell) => cell.padEnd(18)).join('')).join('\n'),
);
console.log(`report: ${values.out}/report.html`);
