/**
 * Compares systems at equal generator steps and at equal training time.
 *
 *   npx tsx examples/mnist/study.ts run sn-dcgan,lsgan 0,1,2 [out]     trains and scores
 *   npx tsx examples/mnist/study.ts report [out]                       tables and curves of all runs
 */
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadBackend } from 'gan-kit';
import { writeFileAtomic, writeReport } from 'gan-kit/node';
import type { ReportCurve } from 'gan-kit/node';
import { Classifier } from './classifier.js';
import { readMnist } from './data.js';
import type { Milestone } from './history.js';
import { SYSTEMS } from './recipe.js';
import { Run } from './run.js';
import { Judge } from './scores.js';

/** The least number of steps and of seconds of a run; it ends when it has both. */
const STEPS = 500;
const SECONDS = 50;
const SCORE_EVERY = 100;
const BATCH = 24;
const LATENTS = 64;

interface Result {
  readonly system: string;
  readonly seed: number;
  readonly milestones: Milestone[];
}

const [command, ...rest] = process.argv.slice(2);
if (command === 'run')
  await trainAll(rest[0]!.split(','), rest[1]!.split(',').map(Number), rest[2]);
else if (command === 'report') await report(rest[0]);
else throw new Error('the command is run SYSTEMS SEEDS [out], or report [out]');

async function trainAll(systems: string[], seeds: number[], out = 'runs/study'): Promise<void> {
  await loadBackend();
  const train = readMnist('train');
  const judge = await Judge.create(new Classifier(), readMnist('t10k'));
  for (const seed of seeds)
    for (const system of systems) {
      const path = join(out, `${system}-${seed}.json`);
      if (existsSync(path)) continue; // an interrupted study continues with the next run
      const folder = join(out, `${system}-${seed}`);
      mkdirSync(folder, { recursive: true });
      // so many steps that the rates are constant over the part that is compared
      const options = {
        ...SYSTEMS[system]!,
        latentSize: LATENTS,
        seed,
        batch: BATCH,
        steps: 1e6,
        out: folder,
      };
      const run = new Run(options, train, judge, { score: SCORE_EVERY, checkpoint: 1e9 });
      while (run.step < STEPS || run.history.seconds < SECONDS) await run.advance();
      await run.score();
      await run.saveGrid();
      const { milestones } = run.history;
      const result: Result = { system, seed, milestones };
      await writeFileAtomic(path, JSON.stringify(result));
      console.log(
        `${system} seed ${seed}: ${run.step} steps, ${run.history.seconds.toFixed(0)} s, score ${milestones.at(-1)!.score.toFixed(2)}`,
      );
      run.gan.dispose();
      for (const model of Object.values(run.gan.networks)) model.dispose();
    }
}

async function report(out = 'runs/study'): Promise<void> {
  const results = readdirSync(out)
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(join(out, name), 'utf8')) as Result);
  const names = Object.keys(SYSTEMS).filter((name) =>
    results.some(({ system }) => system === name),
  );
  const of = (name: string) => results.filter(({ system }) => system === name);

  const curve = (title: string, xLabel: string, x: (m: Milestone) => number): ReportCurve => ({
    title,
    xLabel,
    yLabel: 'classifier score of 1,000 samples',
    series: names.map((name) => {
      const runs = of(name).map(({ milestones }) => milestones);
      const common = runs[0]!.map(({ step }) => step).filter((step) => step <= STEPS);
      const means = (value: (m: Milestone) => number) =>
        common.map((step) => mean(runs.map((all) => value(all.find((m) => m.step === step)!))));
      return { name, x: means(x), y: means(({ score }) => score) };
    }),
  });
  const at = (title: string, pick: (milestones: Milestone[]) => Milestone) => ({
    title,
    columns: ['system', 'steps', 'seconds', 'classifier score', 'Fréchet distance', 'confident'],
    rows: names.map((name) => {
      const picked = of(name).map(({ milestones }) => pick(milestones));
      const stat = (value: (m: Milestone) => number, digits: number) =>
        spread(picked.map(value), digits);
      return [
        name,
        stat(({ step }) => step, 0),
        stat(({ seconds }) => seconds, 0),
        stat(({ score }) => score, 2),
        stat(({ frechet }) => frechet, 1),
        stat(({ confident }) => 100 * confident, 1) + ' %',
      ];
    }),
  });
  const tables = [
    at(`At ${STEPS} generator steps`, (all) => all.find(({ step }) => step >= STEPS)!),
    at(`At ${SECONDS} seconds of training`, (all) =>
      all.find(({ seconds }) => seconds >= SECONDS)!,
    ),
  ];
  for (const { title, columns, rows } of tables) {
    console.log(
      `\n### ${title}\n\n| ${columns.join(' | ')} |\n|${columns.map(() => ' --- |').join('')}`,
    );
    for (const row of rows) console.log(`| ${row.join(' | ')} |`);
  }
  await writeReport(join(out, 'report.html'), {
    title: 'Systems on MNIST',
    subtitle: `${results.length} runs, batch ${BATCH}; the curves are means over the seeds`,
    curves: [
      curve('Score against generator steps', 'generator step', ({ step }) => step),
      curve('Score against training time', 'seconds', ({ seconds }) => seconds),
    ],
    tables,
  });
}

/** Formats mean ± standard deviation over the seeds. */
function spread(values: number[], digits: number): string {
  const centre = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  const deviation = Math.sqrt(squares / Math.max(1, values.length - 1));
  return `${centre.toFixed(digits)} ± ${deviation.toFixed(digits)}`;
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
