import type { Contender } from './protocol/contender.js';
import type { Report } from './report.js';

/** What the levels of a benchmark have in common. */
export interface Bench {
  readonly contenders: readonly Contender[];
  /** The name of the one that all others are compared with. */
  readonly ours: string;
  /** The name of the one whose forward passes are the measure of a step; a GPU has none. */
  readonly stock?: string;
  readonly rounds: number;
  readonly report: Report;
  /** Shows what is being done. */
  readonly tell: (what: string) => void;
  /** One of the cases of a level is done. */
  readonly advance: () => void;
}

/** Cases of one kind. */
export interface Level {
  /** How many cases it has. */
  readonly cases: number;
  readonly run: (bench: Bench) => Promise<void>;
}
