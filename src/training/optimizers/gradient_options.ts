import { integer, number } from '../../internal/option_kinds.js';
import { optional } from '../../internal/read_options.js';
import type { Option } from '../../internal/read_options.js';

/** What every optimizer of gan-kit does with gradients before its rule. */
export interface GradientOptions {
  /** n, how many calls give their gradients to one step, by their average; 1 or more, default 1. */
  accumulate?: number;
  /** c, the norm of all gradients together that none exceeds, over 0; default: no limit. */
  clipNorm?: number;
}

/** How {@link GradientOptions} are read. */
export const GRADIENT_OPTIONS: {
  readonly accumulate: Option<number>;
  readonly clipNorm: Option<number | undefined>;
} = {
  accumulate: integer({ min: 1, default: 1 }),
  clipNorm: optional(number({ above: 0 })),
};
