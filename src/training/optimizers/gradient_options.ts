import { integer, number } from '../../internal/option_kinds.js';
import { optional } from '../../internal/read_options.js';
import type { Option } from '../../internal/read_options.js';

/** Options for processing gradients before the rule of any gan-kit optimizer. */
export interface GradientOptions {
  /** n, the number of calls whose gradients are averaged for one step; 1 or more, default 1. */
  accumulate?: number;
  /** c, the largest norm of all gradients together, above 0; default: no limit. */
  clipNorm?: number;
}

/** Schema of {@link GradientOptions}. */
export const GRADIENT_OPTIONS: {
  readonly accumulate: Option<number>;
  readonly clipNorm: Option<number | undefined>;
} = {
  accumulate: integer({ min: 1, default: 1 }),
  clipNorm: optional(number({ above: 0 })),
};
