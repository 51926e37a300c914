/** Mixes the bits of a word by the finalizer of murmur3. */
function mix(word: number): number {
  word = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
  return (word ^ (word >>> 16)) >>> 0;
}

const GOLDEN = 0x9e3779b9;

/** Returns a number in [0, 1) that depends only on three integers. */
export const hash = (x: number, y: number, salt: number): number =>
  mix(mix(mix((salt + GOLDEN) >>> 0) ^ (x + GOLDEN)) ^ (y + 2 * GOLDEN)) / 2 ** 32;

/** Returns smooth noise in [0, 1): hashes on the integer grid, smoothly interpolated. */
export function smoothNoise(x: number, y: number, salt: number): number {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const ease = (t: number) => t * t * (3 - 2 * t);
  const [u, v] = [ease(x - left), ease(y - top)];
  const row = (j: number) =>
    hash(left, top + j, salt) * (1 - u) + hash(left + 1, top + j, salt) * u;
  return row(0) * (1 - v) + row(1) * v;
}

/** The random choices of one scene: the n-th is a pure function of (seed, index, n). */
export class Draws {
  private readonly salt: number;
  private count = 0;

  constructor(seed: number, index: number) {
    this.salt = mix((mix((seed + GOLDEN) >>> 0) ^ index) >>> 0);
  }

  between(low: number, high: number): number {
    return low + (high - low) * hash(this.count++, 0, this.salt);
  }

  chance(probability: number): boolean {
    return this.between(0, 1) < probability;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[Math.floor(this.between(0, choices.length))]!;
  }

  /** Draws a salt for textures. */
  texture(): number {
    return Math.floor(this.between(0, 2 ** 31));
  }
}
