import { setTimeout } from 'node:timers/promises';
import type { Case } from './cases/cases.js';
import type { Contender } from './protocol/contender.js';
import { difference } from './statistics.js';

/** A case, and who does it. */
export interface Task {
  readonly one: Case;
  readonly by: readonly Contender[];
}

/** How one contender did one case. */
export interface Timing {
  readonly contender: string;
  /** Milliseconds, round by round; as many as all others have, or fewer where one takes seconds. */
  readonly rounds: readonly number[];
  /** max|its numbers − those of the first| / max|those of the first|. */
  readonly difference: number;
  /** The most memory its process had, in bytes. */
  readonly peak: number;
  /** Why there is nothing else, or no more. */
  readonly problem?: string;
}

/** How long a measurement should last at least: a clock and a garbage collector are in it. */
const LEAST_MS = 40;
const MOST_TIMES = 1000;
/** After several threads: they may wait by spinning for a while, which the next one would pay for. */
const REST_MS = 250;
/** Whoever is slower than this is measured in one round only. */
const SLOW_MS = 10_000;

interface Entry {
  readonly contender: Contender;
  readonly as: number;
  readonly rounds: number[];
  times: number;
  peak: number;
  fingerprint: number[];
  problem?: string;
}

/**
 * Times several tasks in turns: in a round everyone does each task once, so that ratios within a round
 * hold though the machine gets slower or faster. Who fails is out of the task, and the others go on.
 *
 * @returns For each task the timings, in the order of its contenders.
 */
export async function measure(
  tasks: readonly Task[],
  rounds: number,
  tell: (done: string) => void,
): Promise<Timing[][]> {
  const entries: Entry[][] = [];
  for (const [as, { one, by }] of tasks.entries()) {
    const row: Entry[] = [];
    entries.push(row);
    for (const contender of by) {
      const entry: Entry = { contender, as, rounds: [], times: 1, peak: 0, fingerprint: [] };
      row.push(entry);
      await prepare(entry, one);
      tell(`${contender.name} is ready`);
    }
  }
  for (let round = 0; round < rounds; round++) {
    for (const entry of entries.flat()) await measureOnce(entry);
    tell(`round ${round + 1} of ${rounds}`);
  }
  for (const contender of new Set(tasks.flatMap(({ by }) => by))) await contender.release();
  return entries.map((row) => {
    const reference = row.find(({ fingerprint }) => fingerprint.length > 0)?.fingerprint ?? [];
    return row.map(({ contender, rounds, peak, fingerprint, problem }) => ({
      contender: contender.name,
      rounds,
      peak,
      difference: difference(fingerprint, reference),
      ...(problem === undefined ? {} : { problem }),
    }));
  });
}

/** Makes a case ready, warms it up, and finds how often it has to be repeated. */
async function prepare(entry: Entry, one: Case): Promise<void> {
  const { contender, as } = entry;
  const ready = await contender.prepare(one, as);
  if ('problem' in ready) {
    entry.problem = ready.problem;
    return;
  }
  entry.fingerprint = ready.fingerprint;
  for (;;) {
    const timed = await contender.run(as, entry.times);
    if ('problem' in timed) {
      entry.problem = timed.problem;
      return;
    }
    // the first guess counts what is done once for all repetitions, too
    if (timed.ms * entry.times > LEAST_MS / 2 || entry.times === MOST_TIMES) return;
    entry.times = Math.min(MOST_TIMES, Math.max(2 * entry.times, Math.ceil(LEAST_MS / timed.ms)));
  }
}

async function measureOnce(entry: Entry): Promise<void> {
  const { contender, as, times, rounds } = entry;
  if (entry.problem !== undefined || (rounds[0] ?? 0) > SLOW_MS) return;
  const timed = await contender.run(as, times);
  if ('problem' in timed) {
    entry.problem = timed.problem;
    return;
  }
  rounds.push(timed.ms);
  entry.peak = timed.peak;
  if (contender.threads > 1) await setTimeout(REST_MS);
}
