/**
 * Trains systems for equal seconds or steps with several settings and seeds, and compares what they make: in this
 * process, in several of this machine, or in workers of many machines over Redis.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { interruptSignal, writeFileAtomic } from 'gan-kit/node';
import { markdownTable } from '../print_table.js';
import { checkServer } from '../queue_connections.js';
import { runHere } from './here.js';
import { jobName } from './job.js';
import type { Following, Job, JobResult } from './job.js';
import { FileKeeper } from './keeper.js';
import { runLocally } from './local.js';
import { jobsOf, readOptions } from './options.js';
import { runOverRedis, watch } from './over_redis.js';
import { failureTable, table, writeStudyReport } from './report.js';
import { RunFolder } from './run_folder.js';
import { Trainer } from './trainer.js';
import { View } from './view.js';

const options = readOptions(process.argv.slice(2));
const { queue, workers, length, seeds } = options;
if (queue) await checkServer(queue);
const view = new View();
const onStates: Following['onStates'] = (states) => view.show(states);
const signal = interruptSignal();
if (queue !== undefined && options.watch) {
  await watch(queue, { onStates, signal });
  process.exit(0);
}

const began = performance.now();
const trainer = workers === undefined ? await Trainer.start(options.backend) : undefined;
const backend = trainer?.backend ?? options.backend!;
const jobs = jobsOf(options, backend);
const folder = new RunFolder(options.out);
const results = new Map<Job, JobResult>();
for (const job of jobs) {
  const result = folder.result(job);
  if (result) results.set(job, result);
}
const toDo = jobs.filter((job) => !results.has(job));
if (results.size > 0) console.log(`${results.size} of ${jobs.length} runs are in ${options.out}`);

const errors: string[] = [];
const following: Following = {
  ...{ onStates, signal },
  async onOutcome(job, outcome) {
    await folder.keep(job, outcome);
    results.set(job, outcome.result);
  },
  onError: (job, message) => errors.push(`${jobName(job)}: ${message}`),
};
if (!(await run())) {
  console.log('\nstopped; the same command goes on.');
  process.exit(130);
}
if (errors.length > 0) {
  console.error(`\nwithout a result, to be tried again:\n${errors.join('\n')}`);
  process.exit(1);
}
await report();

/** Does the jobs that have no result yet. */
function run(): Promise<boolean> {
  if (toDo.length === 0) return Promise.resolve(true);
  const checkpointOf = (job: Job) => folder.checkpoint(job);
  if (trainer) return runHere(toDo, trainer, (job) => new FileKeeper(checkpointOf(job)), following);
  if (queue) return runOverRedis(toDo, [...results.keys()], workers!, queue, following);
  return runLocally(toDo, workers!, checkpointOf, following);
}

/** Merges the results, and says which bits they have and what they took. */
async function report(): Promise<void> {
  const all = jobs.map((job) => results.get(job)!);
  const failures = failureTable(all);
  const tables = [table(all, length), ...(failures ? [failures] : [])];
  const text = tables.map(markdownTable).join('\n\n');
  console.log(`\n${text}\n`);

  const whole = createHash('sha256');
  for (const job of jobs) {
    const { bits = 'none', milestones } = results.get(job)!;
    whole.update(bits);
    console.log(`${bits.slice(0, 16)}  ${jobName(job)}, ${milestones.at(-1)?.step ?? 0} steps`);
  }
  console.log(`sha256 of all results: ${whole.digest('hex')}`);

  const seconds = all.reduce((sum, one) => sum + (one.milestones.at(-1)?.seconds ?? 0), 0);
  const wall = (performance.now() - began) / 1000;
  console.log(
    `${toDo.length} runs in ${wall.toFixed(1)} s; all trained for ${seconds.toFixed(1)} s`,
  );

  await writeFileAtomic(join(options.out, 'table.md'), `${text}\n`);
  await writeFileAtomic(join(options.out, 'results.json'), JSON.stringify(all));
  const facts = {
    backend: trainer?.where ?? `${backend}, in workers`,
    seeds: seeds.join(', '),
    node: process.version,
  };
  console.log(`report: ${await writeStudyReport(options.out, all, tables, facts)}`);
}
