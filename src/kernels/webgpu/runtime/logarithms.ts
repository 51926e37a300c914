/**
 * WGSL of logarithms and softplus, in a shader of `runElementwise`. log(1 + u) for 0 ≤ u ≤ 1 is 2 artanh(u/(2 + u)), as drivers may be wrong by 5e-7 near log 1. Drivers
 * also differ in the logarithms of 0 and of negative numbers: −∞ and NaN come from a number that no compiler knows.
 */
export const LOGARITHMS = `
fn log1p(u: f32) -> f32 {
  let s = u / (2.0 + u);
  let q = s * s;
  let tail = q * (1.0 / 9.0 + q * (1.0 / 11.0 + q * (1.0 / 13.0 + q / 15.0)));
  return 2.0 * s * (1.0 + q * (1.0 / 3.0 + q * (1.0 / 5.0 + q * (1.0 / 7.0 + tail))));
}
fn logarithm(x: f32) -> f32 {
  let nothing = numbers.size >> 31u;
  if (x > 0.0) { return log(x); }
  return bitcast<f32>(nothing + select(0x7fc00000u, 0xff800000u, x == 0.0));
}
fn softplus(x: f32) -> f32 {
  return max(x, 0.0) + log1p(exp(-abs(x)));
}`;
