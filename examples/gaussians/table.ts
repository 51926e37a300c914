/** Trains every system with several seeds, and prints a table of their final scores. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SingleBar } from 'cli-progress';
import { savePNG, writeFileAtomic } from 'gan-kit/node';
import { startBackend } from '../backend.js';
import { readCommandLine } from '../command_line.js';
import { spread } from '../spread.js';
import { train } from './experiment.js';
import type { Milestone } from './experiment.js';
import { MIXTURES } from './mixtures.js';
import type { MixtureName } from './mixtures.js';
import { scatter } from './scatter.js';
import type { Panel } from './scatter.js';
import { criticSteps, SYSTEMS } from './systems.js';
import type { SystemName } from './systems.js';

type Ending = Pick<Milestone, 'modes' | 'highQuality' | 'reverseKL'>;

/** The result of one run, which is saved, so that an interrupted table continues with the next run. */
interface Row extends Ending {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly panels: readonly { readonly step: number; readonly samples: readonly number[] }[];
}

/** The indices of the milestones that are drawn; milestones are at 0, 5, 10, 20, 40, 60, 80 and 100 % of the steps. */
const DRAWN = [0, 2, 4, 7];

const HELP = `Trains each system with each seed and prints what they reach, with a picture of the first seed.

  npx tsx examples/gaussians/table.ts [options]

  --data NAME      ${Object.keys(MIXTURES).join(' | ')} (default ring)
  --systems A,B    of ${SYSTEMS.join(', ')} (default all)
  --packing N      samples that the discriminators judge at once (default 1)
  --steps N        generator steps (default 2500)
  --seeds A,B      default 0,1,2,3,4
  --backend NAME   wasm, cpu, webgpu, tensorflow … (default: the fastest that works)
  --out FOLDER     keeps each run, so that an interrupted table goes on (default runs/table)
`;
const text = { type: 'string' } as const;
const { values, word, whole } = readCommandLine(process.argv.slice(2), HELP, {
  data: { ...text, default: 'ring' },
  systems: { ...text, default: SYSTEMS.join(',') },
  packing: { ...text, default: '1' },
  steps: { ...text, default: '2500' },
  seeds: { ...text, default: '0,1,2,3,4' },
  backend: text,
  out: { ...text, default: 'runs/table' },
});
const { out } = values;
const data = word('data', values.data, Object.keys(MIXTURES) as MixtureName[]);
const systems = values.systems.split(',').map((name) => word('systems', name, SYSTEMS));
const steps = whole('steps', values.steps, 1);
const packing = whole('packing', values.packing, 1);
const seeds = values.seeds.split(',').map((seed) => whole('seeds', seed, 0));
await startBackend({ backend: values.backend, threads: 1 });

const bar = new SingleBar({
  format: '{bar} {value}/{total} steps of all runs | {run} | {eta_formatted} left',
  barsize: 24,
  hideCursor: true,
  noTTYOutput: true,
  notTTYSchedule: 30_000,
});
bar.start(systems.length * seeds.length * steps, 0, { run: '' });
const rows = new Map<SystemName, Row[]>();
for (const seed of seeds)
  for (const system of systems) {
    const row = await rowOf(system, seed);
    rows.set(system, [...(rows.get(system) ?? []), row]);
  }
bar.stop();

const { means } = MIXTURES[data];
console.log(`${data}, ${steps} generator steps, packs of ${packing}, seeds ${seeds.join(', ')}\n`);
console.log('| system | modes | high quality | reverse KL | D steps | CPU seconds |');
console.log('| --- | --- | --- | --- | --- | --- |');
for (const [system, all] of rows) {
  const stat = (value: (row: Row) => number, digits: number) => spread(all.map(value), digits);
  const cells = [
    system,
    `${stat(({ modes }) => modes, 1)} of ${means.length}`,
    `${stat(({ highQuality }) => 100 * highQuality, 1)} %`,
    stat(({ reverseKL }) => reverseKL, 3),
    String(steps * criticSteps(system)),
    stat(({ cpuSeconds }) => cpuSeconds, 0),
  ];
  console.log(`| ${cells.join(' | ')} |`);
}
const panels = [...rows.values()].map((all) =>
  all[0]!.panels.map(({ step, samples }): Panel => ({ step, samples: Float32Array.from(samples) })),
);
const picture = join(out, `${data}.png`);
await savePNG(picture, scatter(panels, MIXTURES[data]));
console.log(`\npicture of seed ${seeds[0]}, a row for each system: ${picture}`);

async function rowOf(system: SystemName, seed: number): Promise<Row> {
  const packs = packing === 1 ? '' : `-packs-of-${packing}`;
  const path = join(out, `${data}-${steps}-${system}${packs}-${seed}.json`);
  if (existsSync(path)) {
    bar.increment(steps, { run: `${system} ${seed}` });
    return JSON.parse(readFileSync(path, 'utf8')) as Row;
  }
  const { milestones, seconds, cpuSeconds } = await train(
    { data, system, seed, steps, packing },
    () => bar.increment(1, { run: `${system} ${seed}` }),
  );
  const { modes, highQuality, reverseKL } = milestones.at(-1)!;
  const drawn = DRAWN.map((i) => milestones[i]!).map(({ step, samples }) => ({
    step,
    samples: Array.from(samples, (value) => Number(value.toFixed(4))),
  }));
  const row: Row = { modes, highQuality, reverseKL, seconds, cpuSeconds, panels: drawn };
  await writeFileAtomic(path, JSON.stringify(row));
  return row;
}
