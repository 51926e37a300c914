import { setTimeout } from 'node:timers/promises';
import type { Case } from './cases/cases.js';
import type { Contender } from './protocol/contender.js';
import type { CommandCounts } from './protocol/protocol.js';
import { difference } from './statistics.js';

/** A case, and the contenders that run it. */
export interface Task {
  readonly one: Case;
  readonly by: readonly Contender[];
}

/** The result of one contender in one case. */
export interface Timing {
  readonly contender: string;
  /** Milliseconds, round by round; as many rounds as all others have, or fewer for a slow contender. */
  readonly rounds: readonly number[];
  /** max|its numbers − those of the first| / max|those of the first|, the first being the first that has numbers. */
  readonly difference: number;
  /** The peak memory of its process, or on a GPU that of its steps there, in bytes. */
  readonly peak: number;
  /** The commands of one repetition, where they are counted. */
  readonly commands?: CommandCounts;
  /** The reason why results are missing; undefined if there are all. */
  readonly problem?: string;
}

/** The least duration of a measurement, long enough to average out the clock and the garbage collector. */
const LEAST_MS = 40;
const MOST_TIMES = 1000;
/** The pause after a contender with several threads: they may keep the processor busy while they wait for work. */
const REST_MS = 250;
/** The time above which a contender is measured in one round only. */
const SLOW_MS = 10_000;

interface Entry {
  readonly contender: Contender;
  readonly as: number;
  readonly rounds: number[];
  times: number;
  peak: number;
  fingerprint: number[];
  commands?: CommandCounts;
  problem?: string;
}

/**
 * Times several tasks in turns: in a round every contender does each task once, so that ratios within a round
 * stay valid if the machine gets slower or faster. A contender that fails leaves the task, and the others
 * continue.
 *
 * @returns The timings of each task, in the order of its contenders.
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
    return row.map(({ contender, rounds, peak, fingerprint, commands, problem }) => ({
      contender: contender.name,
      rounds,
      peak,
      difference: difference(fingerprint, reference),
      ...(commands === undefined ? {} : { commands }),
      ...(problem === undefined ? {} : { problem }),
    }));
  });
}

/** Makes a case ready, warms it up, and finds how often it must be repeated. */
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
    // the first time may include work that is done only once, so repeat until half of the least time is reached
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
  if (timed.commands !== undefined) entry.commands = timed.commands;
  if (contender.threads > 1) await setTimeout(REST_MS);
}
