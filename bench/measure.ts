import { setTimeout } from 'node:timers/promises';
import type { Case } from './cases.js';
import type { Contender } from './contender.js';
import { difference } from './statistics.js';

/** How one contender did one case. */
export interface Timing {
  readonly contender: string;
  /** Milliseconds, round by round; as many as all others have, or fewer where one takes seconds. */
  readonly rounds: readonly number[];
  /** max|its numbers − those of the first| / max|those of the first|. */
  readonly difference: number;
  /** The most memory its process had, in bytes. */
  readonly peak: number;
  /** Why there is nothing else. */
  readonly problem?: string;
}

/** How long a measurement should last at least: a clock and a garbage collector are in it. */
const LEAST_MS = 40;
/** Between two measurements: threads may wait by spinning for a while, which the next one would pay for. */
const REST_MS = 250;
/** Whoever is slower than this is measured in one round only. */
const SLOW_MS = 3000;

/**
 * Times several cases, every contender at each of them, in turns: in a round each does each once, so
 * that ratios within a round hold though the machine gets slower or faster.
 *
 * @returns For each case the timings, in the order of the contenders.
 */
export async function measure(
  cases: readonly Case[],
  contenders: readonly Contender[],
  rounds: number,
  tell: (done: string) => void,
): Promise<Timing[][]> {
  interface Entry {
    readonly contender: Contender;
    readonly as: number;
    times: number;
    rounds: number[];
    peak: number;
    fingerprint: number[];
    problem?: string;
  }
  const entries: Entry[][] = [];
  for (const [as, one] of cases.entries()) {
    const row: Entry[] = [];
    entries.push(row);
    for (const contender of contenders) {
      const entry: Entry = { contender, as, times: 1, rounds: [], peak: 0, fingerprint: [] };
      row.push(entry);
      const ready = await contender.prepare(one, as);
      if ('problem' in ready) {
        entry.problem = ready.problem;
        continue;
      }
      entry.fingerprint = ready.fingerprint;
      const { ms } = await contender.run(as, 1); // warms up, too
      entry.times = Math.max(1, Math.min(100, Math.ceil(LEAST_MS / ms)));
      tell(`${contender.name} is ready`);
    }
  }
  for (let round = 0; round < rounds; round++) {
    for (const row of entries)
      for (const entry of row) {
        if (entry.problem !== undefined || (entry.rounds[0] ?? 0) > SLOW_MS) continue;
        await setTimeout(REST_MS);
        const { ms, peak } = await entry.contender.run(entry.as, entry.times);
        entry.rounds.push(ms);
        entry.peak = peak;
      }
    tell(`round ${round + 1} of ${rounds}`);
  }
  for (const contender of contenders) await contender.release();
  return entries.map((row) =>
    row.map(({ contender, rounds, peak, fingerprint, problem }) => ({
      contender: contender.name,
      rounds,
      peak,
      difference: difference(fingerprint, row[0]!.fingerprint),
      ...(problem === undefined ? {} : { problem }),
    })),
  );
}
