import { checkNumber } from '../../internal/check.js';

/** What every optimizer of gan-kit does with gradients before its rule. */
export interface GradientOptions {
  /** n, how many calls give their gradients to one step, by their average; 1 or more, default 1. */
  accumulate?: number;
  /** c, the norm of all gradients together that none exceeds, over 0; default: no limit. */
  clipNorm?: number;
}

/** The keys of {@link GradientOptions}. */
export const GRADIENT_KEYS: readonly (keyof GradientOptions)[] = ['accumulate', 'clipNorm'];

/** Refuses numbers out of range. */
export function checkGradientOptions(
  where: string,
  { accumulate = 1, clipNorm }: GradientOptions,
): void {
  checkNumber(where, 'accumulate', accumulate, { integer: true, min: 1 });
  if (clipNorm !== undefined) checkNumber(where, 'clipNorm', clipNorm, { above: 0 });
}
