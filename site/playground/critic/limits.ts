/**
 * What is checked here at most. A check differentiates twice, dozens of times for each layer, and compares all weights on
 * the host. Faults are those of layers, not of sizes, so that a narrower critic shows the same ones.
 */
export const LIMITS = {
  /** Characters of the text. */
  characters: 2_000_000,
  /** Depth of objects within objects. */
  depth: 60,
  layers: 200,
  weights: 1_000_000,
  /** Elements of a sample, batch included. */
  elements: 500_000,
} as const;

const COUNT = new Intl.NumberFormat('en');

/** Writes a number with its thousands. */
export const counted = (value: number): string => COUNT.format(value);

/** A reason for which a text is not checked, in words for a visitor. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}

/** Refuses what is above a limit. */
export function limit(what: string, value: number, most: number): void {
  if (value > most)
    throw new Refusal(
      `${what}: ${counted(value)}, and this page checks ${counted(most)} at most. ` +
        'A critic with fewer channels or smaller images has the same layers, and the same faults.',
    );
}
