import type { Contender } from './protocol/contender.js';
import type { Report } from './report.js';

/** The parts of a benchmark that all its levels share. */
export interface Bench {
  readonly contenders: readonly Contender[];
  /** The name of the contender that all others are compared with. */
  readonly ours: string;
  /** The name of the contender whose forward passes are the unit for a step; undefined on a GPU. */
  readonly stock?: string;
  readonly rounds: number;
  /** Whether processes live on from case to case, as on a GPU, where a peak is that of a case alone. */
  readonly keep?: boolean;
  readonly report: Report;
  /** Shows the current work. */
  readonly tell: (what: string) => void;
  /** Counts a finished case of a level. */
  readonly advance: () => void;
}

/** The cases of one kind. */
export interface Level {
  /** The number of its cases. */
  readonly cases: number;
  readonly run: (bench: Bench) => Promise<void>;
}
