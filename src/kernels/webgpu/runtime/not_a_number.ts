/** WGSL that tells NaN by its bits: a driver may assume that there is none, and compare as if. */
export const IS_NAN = `
fn isNaN(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u;
}`;
