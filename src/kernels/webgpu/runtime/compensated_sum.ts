/** The number of threads of a group that adds. */
export const THREADS = 256;

/**
 * WGSL of sums that keep the digits that additions lose, as a pair of sum and rest: a sum of millions of terms is right
 * to float32 rounding, as with wasm's float64. The rest of a sum that is not finite says nothing.
 */
export const COMPENSATED_SUM = `
fn plus(sum: vec2f, term: f32) -> vec2f {
  let next = sum.x + term;
  let part = next - sum.x;
  return vec2f(next, sum.y + ((sum.x - (next - part)) + (term - part)));
}
fn merged(a: vec2f, b: vec2f) -> vec2f {
  return plus(a, b.x) + vec2f(0, b.y);
}
fn total(sum: vec2f) -> f32 {
  let isFinite = (bitcast<u32>(sum.y) & 0x7f800000u) != 0x7f800000u;
  return select(sum.x, sum.x + sum.y, isFinite);
}`;

/**
 * Returns WGSL that adds the pairs of threads whose numbers differ in `part` alone; the array `name` has the pairs of all
 * of them, in rows of `lanes`, and the first row receives the sums.
 */
export const addedUp = (name: string, lanes: number): string => `
  for (var span = ${Math.floor(THREADS / lanes / 2)}u; span > 0u; span /= 2u) {
    workgroupBarrier();
    if (part < span) {
      let at = part * ${lanes}u + lane;
      ${name}[at] = merged(${name}[at], ${name}[at + span * ${lanes}u]);
    }
  }
  workgroupBarrier();`;
