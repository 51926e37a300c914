import { fail, isTensor } from '../internal/check.js';

// A loss may cost a bundle at most 1.4 kB, which the general checks of internal/check.ts alone
// would. These implement the few rules of this folder, with messages in the same format.

/** Checks a batch of logits or samples: alive, float32, not empty, of shape [batch, …]. */
export function checkBatch(where: string, parameter: string, value: unknown): void {
  const batch = isTensor(value);
  const rule = 'a live float32 tensor [batch, …]';
  if (!batch || value.isDisposed || value.dtype !== 'float32' || !value.rank || !value.size)
    fail(batch ? (value.isDisposed ? 'state' : 'shape') : 'type', where, parameter, rule, value);
}

/** Checks a label that may be any finite number. */
export function checkFinite(where: string, parameter: string, value: number): void {
  check(Number.isFinite(value), where, parameter, 'a finite number', value);
}

/** Checks a factor or a margin. */
export function checkPositive(where: string, parameter: string, value: number): void {
  check(Number.isFinite(value) && value > 0, where, parameter, 'a finite number > 0', value);
}

/** Checks a label of a cross-entropy. */
export function checkProbability(where: string, parameter: string, value: number): void {
  check(
    Number.isFinite(value) && value >= 0 && value <= 1,
    where,
    parameter,
    'a finite number >= 0 and <= 1',
    value,
  );
}

function check(good: boolean, where: string, parameter: string, rule: string, value: number): void {
  if (!good) fail('value', where, parameter, rule, value);
}
