import type { MemoryResult } from './memory_table.js';
import { NOTHING, ratioText, table, trouble } from './markdown.js';

/** Names of two contenders whose ratio of times is of interest. */
type Pair = readonly [string, string];

/**
 * Lists the pairs among contenders: gan-kit and PyTorch with as many threads, another checkout and gan-kit, one thread and
 * two. The part of a name after its last comma is the number of threads.
 */
function pairsOf(names: readonly string[]): Pair[] {
  const present = ([a, b]: Pair) => names.includes(a) && names.includes(b);
  const among = names.flatMap((name): Pair[] => {
    const comma = name.lastIndexOf(', ');
    const [who, threads] = [name.slice(0, comma), name.slice(comma + 2)];
    if (!who.startsWith('gan-kit')) return [];
    const ofTwo: Pair[] = threads === '1 thread' ? [[name, `${who}, 2 threads`]] : [];
    if (who.startsWith('gan-kit of')) return [[name, `gan-kit, ${threads}`], ...ofTwo];
    return [[name, `PyTorch, ${threads}`], ...ofTwo];
  });
  return among.filter(present);
}

/** Makes a table of ratios of times within a round, with a row for each step; empty if there is nothing to compare. */
export function comparisonTable(results: readonly MemoryResult[]): string {
  const pairs = pairsOf(results[0]!.timings.map(({ contender }) => contender));
  if (pairs.length === 0) return '';
  const rows = results.map(({ name, timings }) => [
    name,
    ...pairs.map((pair) => {
      const [a, b] = pair.map((of) => timings.find(({ contender }) => contender === of)!);
      if ([a!, b!].some((timing) => trouble(timing) !== undefined)) return NOTHING;
      return ratioText(a!.rounds, b!.rounds);
    }),
  ]);
  return table(['times of a step', ...pairs.map((pair) => pair.join(' / '))], rows);
}
