/**
 * Shows newcomers to a history of at most `size` items, one after another, by the rule of CycleGAN's pool: with n of
 * `size` places taken,
 *
 * - n < size: x is stored, and shown.
 * - n = size: xⱼ is shown and x takes its place, or x is shown and not stored; `choose` decides.
 *
 * @param choose Returns j, or undefined to show the new one. It is not asked if there are no places.
 */
export function exchange<T>(
  held: readonly T[],
  arrivals: readonly T[],
  size: number,
  choose: () => number | undefined,
): { readonly held: T[]; readonly shown: T[] } {
  const now = [...held];
  const shown = arrivals.map((one) => {
    if (size === 0) return one;
    const place = now.length < size ? now.length : choose();
    if (place === undefined) return one;
    const old = now[place];
    now[place] = one;
    return old ?? one;
  });
  return { held: now, shown };
}
