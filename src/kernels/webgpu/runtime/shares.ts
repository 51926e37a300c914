import { THREADS } from './compensated_sum.js';

/** As many groups keep a GPU busy. */
const ENOUGH_GROUPS = 64;
/** With fewer terms than that for a thread, another dispatch costs more than it saves. */
const FEW_TERMS = 64;

const powerOfTwo = (least: number) => 2 ** Math.ceil(Math.log2(Math.max(1, least)));

/**
 * Chooses how many results a group computes, a power of two; the other threads share the terms.
 *
 * @param isInner Whether neighbours in memory belong to one result.
 */
export function lanesOf(results: number, terms: number, isInner: boolean): number {
  // four terms or more for a thread; neighbours of 8 results fill a piece of memory that is read at once
  const most = isInner ? THREADS / Math.min(THREADS, powerOfTwo(terms / 4)) : THREADS;
  const useful = isInner ? most : Math.max(8, THREADS / powerOfTwo(terms / 4));
  return Math.min(most, useful, powerOfTwo(results));
}

/** Chooses in how many parts a sum is computed if its groups are few and its terms many. */
export function partsOf(groups: number, terms: number, threads: number): number {
  if (groups >= ENOUGH_GROUPS) return 1;
  const most = Math.floor(terms / (threads * FEW_TERMS));
  return Math.max(1, Math.min(most, Math.floor(ENOUGH_GROUPS / groups)));
}
