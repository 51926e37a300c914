import type { Case } from './cases.js';

/**
 * What a contender is asked, a line of JSON each, and what it answers, likewise: each runs in a process
 * of its own, so that one may be Python, and so that kernels of one are not kernels of another. Cases
 * stay ready, under the index they are given, until all are released.
 */
export type Request =
  | { readonly prepare: Case; readonly as: number }
  | { readonly run: number; readonly as: number }
  | { readonly release: true };

/** A case is ready, with numbers that show whether it computes the same as others; or it cannot be. */
export type Prepared = { readonly fingerprint: number[] } | { readonly problem: string };

/** Milliseconds of all repetitions together, and the most memory the process ever had, in bytes. */
export interface Timed {
  readonly ms: number;
  readonly peak: number;
}
