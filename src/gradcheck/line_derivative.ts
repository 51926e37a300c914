/** The derivative of a vector function of a number at 0, element by element. */
export interface LineDerivative {
  readonly value: Float64Array;
  /** Change of the estimate between steps; infinite across a kink. */
  readonly uncertainty: Float64Array;
}

/** First step, relative to the size of the moved input; halved until the estimate converges. */
const FIRST_STEP = 2 ** -4;
/** Bound on the ratio of both sides' difference in slope at half the step; a half if smooth. */
const APPROACH = 0.7;

/**
 * Estimates φ′(0) by central differences, D(h) = (φ(h) − φ(−h)) / 2h, with steps halved and the error
 * of order h² removed: R(h) = (4 D(h) − D(2h)) / 3 (Richardson).
 *
 * Kinks show in two ways. A kink between −h and h changes D(h) with each halving, so that neither two R
 * nor R and D agree, except by accident; both must agree. A kink much closer to 0 than h gives a
 * constant D between the slopes of both sides; these do not approach each other then, as they would at
 * a smooth point.
 *
 * @param phi The function.
 * @param unsure Counts the uncertain elements of an estimate; halving ends at 0.
 * @param steps The maximum number of halvings.
 * @returns The estimate with the fewest such elements.
 */
export async function lineDerivative(
  phi: (t: number) => Promise<Float64Array>,
  unsure: (derivative: LineDerivative) => number,
  steps: number,
): Promise<LineDerivative> {
  const middle = await phi(0);
  const central: Float64Array[] = [];
  const bend: Float64Array[] = [];
  const refined: Float64Array[] = [];
  let best: LineDerivative | undefined;
  let fewest = Infinity;
  for (let k = 0; k < steps && fewest > 0; k++) {
    const h = FIRST_STEP / 2 ** k;
    const up = await phi(h);
    const down = await phi(-h);
    central.push(middle.map((_, i) => (up[i]! - down[i]!) / (2 * h)));
    bend.push(middle.map((y, i) => Math.abs(up[i]! - 2 * y + down[i]!) / h));
    if (k === 0) continue;
    refined.push(middle.map((_, i) => (4 * central[k]![i]! - central[k - 1]![i]!) / 3));
    if (k === 1) continue;
    const [before, now] = refined.slice(-2) as [Float64Array, Float64Array];
    const uncertainty = now.map((r, i) => {
      const bends = bend[k]![i]! > APPROACH * bend[k - 1]![i]!;
      const moves = Math.max(Math.abs(r - before[i]!), Math.abs(r - central[k]![i]!));
      return bends ? Math.max(moves, bend[k]![i]!) : moves;
    });
    const derivative = { value: now, uncertainty };
    const count = unsure(derivative);
    if (count < fewest) {
      fewest = count;
      best = derivative;
    }
  }
  return best!;
}
