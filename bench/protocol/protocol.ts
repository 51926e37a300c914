import type { Case } from '../cases/cases.js';

/**
 * What a contender is asked, a line of JSON each, and what it answers, likewise: each runs in a process
 * of its own, so that one may be Python, and so that kernels of one are not kernels of another. Cases
 * stay ready, under the index they are given, until all are released. Any answer may be a problem.
 */
export type Request =
  | { readonly about: true }
  | { readonly prepare: Case; readonly as: number }
  | { readonly run: number; readonly as: number }
  | { readonly release: true };

/** Why there is no other answer. */
export interface Problem {
  readonly problem: string;
}

/** On what it computes. */
export interface About {
  readonly device: string;
}

/** A case is ready, with numbers that show whether it computes the same as others. */
export interface Prepared {
  readonly fingerprint: number[];
}

/** Milliseconds of all repetitions together, and the most memory the process ever had, in bytes. */
export interface Timed {
  readonly ms: number;
  readonly peak: number;
}
