import type { GradientVerdict } from './check_derivatives.js';

/** The verdicts on one function: the whole critic, or one of its layers at its inputs. */
export interface GradientCheckRow {
  /** `critic`, or the path of a layer. */
  readonly name: string;
  /** The class of a layer; `function` or `model` for the whole. */
  readonly kind: string;
  readonly first: GradientVerdict;
  readonly second: GradientVerdict;
}

const fine = ({ status }: GradientVerdict) => status === 'right' || status === 'undecided';
/** Tells whether nothing is known to be wrong. */
export const isFine = ({ first, second }: GradientCheckRow): boolean => fine(first) && fine(second);
const sure = ({ status }: GradientVerdict) => status === 'right';

/**
 * The result of {@link checkGradients}.
 *
 * @example
 * ```ts
 * import { square, tensor1d } from '@tensorflow/tfjs-core';
 * import '@tensorflow/tfjs-layers'; // registers tfjs's gradients
 * import { checkGradients, loadBackend } from 'gan-kit';
 *
 * await loadBackend();
 * const check = await checkGradients((x) => square(x!), tensor1d([1, 2]));
 * console.log(check.ok, check.critic.first.status, check.critic.second.status); // → true right right
 * ```
 */
export class GradientCheck {
  /** The verdicts on the whole critic, in its inputs and all trainable weights. */
  readonly critic: GradientCheckRow;
  /**
   * The verdicts on each layer by itself, in its inputs and trainable weights; empty for a function.
   * A layer that is wrong only together with all before it has their joint verdicts.
   */
  readonly layers: readonly GradientCheckRow[];

  constructor(critic: GradientCheckRow, layers: readonly GradientCheckRow[]) {
    this.critic = critic;
    this.layers = layers;
  }

  /** Whether nothing is wrong, with layers deciding what the kinks of the whole leave open. */
  get ok(): boolean {
    const rows = [this.critic, ...this.layers];
    if (!rows.every(isFine)) return false;
    const decided = ({ first, second }: GradientCheckRow) => sure(first) && sure(second);
    return decided(this.critic) || (this.layers.length > 0 && this.layers.every(decided));
  }

  /** The paths of the layers whose gradients are wrong or throw. */
  get wrong(): string[] {
    return this.layers.filter((row) => !isFine(row)).map(({ name }) => name);
  }

  /** Formats a readable table. */
  toString(): string {
    const rows = [this.critic, ...this.layers].map((row) => [
      row.name,
      row.kind,
      describe(row.first),
      describe(row.second),
    ]);
    const lines = [['', '', 'first order', 'second order'], ...rows];
    const widths = lines[0]!.map((_, i) => Math.max(...lines.map((line) => line[i]!.length)));
    return lines
      .map((line) =>
        line
          .map((cell, i) => cell.padEnd(widths[i]!))
          .join('  ')
          .trimEnd(),
      )
      .join('\n');
  }
}

function describe({ status, error, message }: GradientVerdict): string {
  if (status === 'throws') return `throws: ${message?.split('\n')[0] ?? ''}`;
  return status === 'undecided' ? status : `${status} (${error.toExponential(0)})`;
}
