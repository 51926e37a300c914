import type { Owned } from './recipe.js';

/** Lists what a factory made for its system to free: nothing if the caller gave it. */
export const unlessGiven = (given: unknown, made: Readonly<Record<string, Owned>>): Owned[] =>
  given === undefined ? Object.values(made) : [];
