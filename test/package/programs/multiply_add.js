/** f(a, b, c): one lane of f32x4.relaxed_madd. */
const RELAXED_MADD = Uint8Array.of(
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  ...[0x01, 0x08, 0x01, 0x60, 0x03, 0x7d, 0x7d, 0x7d, 0x01, 0x7d], // three f32 in, one out
  ...[0x03, 0x02, 0x01, 0x00],
  ...[0x07, 0x05, 0x01, 0x01, 0x66, 0x00, 0x00],
  ...[0x0a, 0x16, 0x01, 0x14, 0x00],
  ...[0x20, 0x00, 0xfd, 0x13, 0x20, 0x01, 0xfd, 0x13, 0x20, 0x02, 0xfd, 0x13],
  ...[0xfd, 0x85, 0x02, 0xfd, 0x1f, 0x00, 0x0b],
);

/** How an engine multiplies and adds: 'fused' rounds once; 'plain' rounds twice, or has no relaxed SIMD. */
export function multiplyAdd() {
  if (!WebAssembly.validate(RELAXED_MADD)) return 'plain';
  const { f } = new WebAssembly.Instance(new WebAssembly.Module(RELAXED_MADD)).exports;
  const x = 1 + 2 ** -12; // x² = 1 + 2⁻¹¹ + 2⁻²⁴, whose last term a product of float32 loses
  return f(x, x, -(1 + 2 ** -11)) === 0 ? 'plain' : 'fused';
}

/** Makes this engine one that has no relaxed SIMD, as Firefox 140. */
export function refuseRelaxedSimd() {
  const opcode = '253,133,2'; // of f32x4.relaxed_madd
  const { validate } = WebAssembly;
  WebAssembly.validate = (binary) => !binary.join().includes(opcode) && validate(binary);
}
