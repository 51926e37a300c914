import type { Owned } from './recipe.js';

/** Lists the parts that a factory made and its system frees: none if the caller passed them. */
export const unlessGiven = (given: unknown, made: Readonly<Record<string, Owned>>): Owned[] =>
  given === undefined ? Object.values(made) : [];
