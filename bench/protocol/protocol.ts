import type { Case } from '../cases/cases.js';

/**
 * A request to a contender: one line of JSON, answered by another. Each contender runs in a process of its own,
 * so that it may be in Python, and so that contenders do not share kernels. Cases stay ready under their
 * index until all are released. Any answer may be a problem.
 */
export type Request =
  | { readonly about: true }
  | { readonly prepare: Case; readonly as: number }
  | { readonly run: number; readonly as: number }
  | { readonly release: true };

/** The reason why there is no other answer. */
export interface Problem {
  readonly problem: string;
}

/** The device on which a contender computes. */
export interface About {
  readonly device: string;
}

/** The answer that a case is ready, with numbers that show whether its result is the same as that of others. */
export interface Prepared {
  readonly fingerprint: number[];
}

/** What one repetition gives the GPU to do. */
export interface CommandCounts {
  readonly dispatches: number;
  readonly submissions: number;
}

/**
 * Milliseconds of all repetitions together, and a peak of memory in bytes: of the process so far, or on a GPU that of the
 * GPU's memory in these repetitions.
 */
export interface Timed {
  readonly ms: number;
  readonly peak: number;
  /** The commands of one repetition, where they are counted. */
  readonly commands?: CommandCounts;
}
