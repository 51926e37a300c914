/**
 * Makes numbers between −scale and scale: a hash of seed and index. Every contender can make the same numbers
 * itself, in any language; bench/peers/hashed.py does.
 */
export function fill(size: number, seed: number, scale: number): Float32Array {
  return Float32Array.from({ length: size }, (_, i) => {
    let h = (Math.imul(i, 0x9e3779b1) + Math.imul(seed, 0x85ebca6b)) >>> 0;
    h = Math.imul(h ^ (h >>> 16), 0x7feb352d) >>> 0;
    h = Math.imul(h ^ (h >>> 15), 0x846ca68b) >>> 0;
    h = (h ^ (h >>> 16)) >>> 0;
    return (h / 2 ** 31 - 1) * scale;
  });
}
