/** Hashes numbers or bytes, to tell those of one recording from those of another (FNV-1a over 32-bit words). */
export function hashOf(values: ArrayLike<number> | ArrayBuffer): string {
  const words =
    'length' in values
      ? new Uint32Array(Float64Array.from(values).buffer)
      : new Uint32Array(values, 0, values.byteLength >>> 2);
  let hash = 0x811c9dc5;
  let other = words.length;
  for (const word of words) {
    hash = Math.imul(hash ^ word, 0x01000193);
    other = (Math.imul(other, 31) + word) | 0;
  }
  return `${words.length}:${(hash >>> 0).toString(36)}${(other >>> 0).toString(36)}`;
}
