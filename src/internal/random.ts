import type { Tensor } from '@tensorflow/tfjs-core';
import type { SavedState, Stateful } from '../types.js';
import { checkNumber } from './check.js';
import { hostInput, hostObserver } from './host_input.js';
import type { Revertible, Savepoint } from './savepoint.js';
import { checkState, countFrom } from './state.js';

/** Applies one round of the murmur3 finalizer: every input bit reaches every output bit. */
function mix(hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

const GOLDEN = 0x9e3779b9;
const rotl = (x: number, k: number) => (x << k) | (x >>> (32 - k));

/**
 * Makes xoshiro128++ (Blackman and Vigna, 2019), seeded by hashing (seed, counter): draws that
 * differ in either share nothing.
 */
function generator(seed: number, counter: number): () => number {
  const words = [
    seed % 2 ** 32,
    Math.floor(seed / 2 ** 32),
    counter % 2 ** 32,
    Math.floor(counter / 2 ** 32),
  ];
  let hash = 0;
  const lane = () => {
    hash = (hash + GOLDEN) >>> 0;
    for (const word of words) hash = mix(Math.imul(hash ^ word, 5) + GOLDEN);
    return hash;
  };
  let a = lane();
  let b = lane();
  let c = lane();
  let d = lane() | 1; // the all-zero state is the one fixed point
  return () => {
    const result = (rotl((a + d) | 0, 7) + a) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = rotl(d, 11);
    return result;
  };
}

/** Maps a uint32 to [0, 1): two make 53 bits; 32 are enough for float32 results. */
const toUnit = (word: number) => word / 2 ** 32;

/**
 * A reproducible source of random tensors.
 *
 * A stream is a pair (seed, counter). Each draw of a tensor, whatever its size, is a pure function
 * of that pair and moves the counter by one, so a stream's whole state is two integers. Values are
 * made on the CPU: equal seeds agree on every backend. 0 is a seed like any other.
 */
export class RandomStream implements Stateful, Revertible {
  readonly seed: number;
  private counter = 0;

  constructor(seed: number, where = 'RandomStream') {
    checkNumber(where, 'seed', seed, { integer: true, min: 0 });
    this.seed = seed;
  }

  /** Makes a separate stream for a named purpose; the same name always gives the same stream. */
  fork(name: string): RandomStream {
    let low = mix((this.seed % 2 ** 32) ^ GOLDEN);
    let high = mix(Math.floor(this.seed / 2 ** 32) ^ low);
    for (let i = 0; i < name.length; i++) {
      low = mix(low ^ name.charCodeAt(i));
      high = mix(Math.imul(high, 31) ^ low);
    }
    return new RandomStream((high % 2 ** 21) * 2 ** 32 + low);
  }

  /** Returns the number of draws made. */
  get position(): number {
    return this.counter;
  }

  /** Moves to a given draw: batch k of a data set is drawn at position k. */
  seek(position: number): this {
    checkNumber('RandomStream.seek', 'position', position, { integer: true, min: 0 });
    hostObserver()?.moves(this, 'seek');
    this.counter = position;
    return this;
  }

  /** Records the position. */
  savepoint(): Savepoint {
    const { counter } = this;
    return { rollback: () => void (this.counter = counter), release: () => undefined };
  }

  /** @internal */
  heldTensors(): readonly Tensor[] {
    return [];
  }

  /** Returns the next 32-bit generator; counts as one draw. */
  private next(): () => number {
    hostObserver()?.moves(this, 'draw');
    return generator(this.seed, this.counter++);
  }

  /** Draws uniform values on [low, high). */
  uniformValues(size: number, low = 0, high = 1): Float32Array {
    const word = this.next();
    const values = new Float32Array(size);
    // float32 has 24 bits: the top 24 never round up to `high`
    for (let i = 0; i < size; i++) values[i] = low + (high - low) * ((word() >>> 8) / 2 ** 24);
    return values;
  }

  /** Draws normal values, by Box and Muller's polar pairs. */
  normalValues(size: number, mean = 0, stddev = 1): Float32Array {
    const word = this.next();
    const values = new Float32Array(size);
    for (let i = 0; i < size; i += 2) {
      const radius = stddev * Math.sqrt(-2 * Math.log(1 - toUnit(word())));
      const angle = 2 * Math.PI * toUnit(word());
      values[i] = mean + radius * Math.cos(angle);
      if (i + 1 < size) values[i + 1] = mean + radius * Math.sin(angle);
    }
    return values;
  }

  /** Draws integers, uniform on [0, bound). */
  integerValues(size: number, bound: number): Int32Array {
    const word = this.next();
    const values = new Int32Array(size);
    for (let i = 0; i < size; i++) values[i] = Math.floor(toUnit(word()) * bound);
    return values;
  }

  /** Draws a random order of 0 … size − 1 (Fisher and Yates). */
  permutation(size: number): Int32Array {
    const word = this.next();
    const order = Int32Array.from({ length: size }, (_, i) => i);
    for (let i = size - 1; i > 0; i--) {
      const j = Math.floor(toUnit(word()) * (i + 1));
      const held = order[i]!;
      order[i] = order[j]!;
      order[j] = held;
    }
    return order;
  }

  /** Draws a tensor, uniform on [low, high). */
  uniform(shape: number[], low = 0, high = 1): Tensor {
    return hostInput(shape, () => this.uniformValues(sizeOf(shape), low, high));
  }

  /** Draws a tensor of normal values. A standard deviation that changes from step to step is passed as a function. */
  normal(shape: number[], mean = 0, stddev: number | (() => number) = 1): Tensor {
    const now = typeof stddev === 'function' ? stddev : () => stddev;
    return hostInput(shape, () => this.normalValues(sizeOf(shape), mean, now()));
  }

  /** Draws a tensor that is `value` with the given probability and 0 elsewhere. */
  bernoulli(shape: number[], probability: number, value = 1): Tensor {
    return hostInput(shape, () => {
      const word = this.next();
      const threshold = probability * 2 ** 32;
      const values = new Float32Array(sizeOf(shape));
      for (let i = 0; i < values.length; i++) if (word() < threshold) values[i] = value;
      return values;
    });
  }

  async state(): Promise<SavedState> {
    return { values: { seed: this.seed, counter: this.counter }, arrays: {} };
  }

  async restore(state: SavedState): Promise<void> {
    checkState('RandomStream.restore', state);
    const seed = countFrom('RandomStream.restore', state, 'seed');
    const counter = countFrom('RandomStream.restore', state, 'counter');
    (this as { seed: number }).seed = seed;
    this.counter = counter;
  }
}

const sizeOf = (shape: number[]) => shape.reduce((size, axis) => size * axis, 1);
