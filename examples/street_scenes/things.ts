import { times } from './colour.js';
import type { Colour } from './colour.js';
import { hash, smoothNoise } from './draws.js';
import type { Draws } from './draws.js';
import { classOf } from './palette.js';

/** A flat picture that stands on the ground and faces the camera. */
export interface Thing {
  readonly label: number;
  readonly x: number;
  readonly z: number;
  /** Half of its greatest width, and its height. */
  readonly reach: number;
  readonly height: number;
  /** Returns the colour at `u` to the right of its foot and `v` above it, in units of length; undefined outside it. */
  paint(u: number, v: number): Colour | undefined;
}

const LACQUERS: readonly Colour[] = [
  [0.85, 0.85, 0.87],
  [0.12, 0.12, 0.14],
  [0.6, 0.1, 0.1],
  [0.15, 0.25, 0.5],
  [0.55, 0.57, 0.6],
  [0.75, 0.65, 0.2],
  [0.12, 0.35, 0.25],
];

const CLOTHES: readonly Colour[] = [
  [0.75, 0.2, 0.2],
  [0.2, 0.3, 0.65],
  [0.9, 0.85, 0.75],
  [0.15, 0.15, 0.18],
  [0.85, 0.55, 0.15],
  [0.3, 0.5, 0.35],
  [0.5, 0.3, 0.5],
];

/** Draws a car, from behind or from the front. */
export function car(draws: Draws, x: number, z: number, behind: boolean): Thing {
  const half = draws.between(0.5, 0.6);
  const height = draws.between(0.85, 1.15);
  const lacquer = draws.pick(LACQUERS);
  const lights: Colour = behind ? [0.85, 0.1, 0.08] : [1, 0.97, 0.85];
  const waist = 0.55 * height;
  return {
    ...{ label: classOf('car'), x, z, reach: half, height },
    paint(u, v) {
      const out = Math.abs(u);
      if (v > waist) {
        const roof = half * (0.94 - (0.3 * (v - waist)) / (height - waist));
        if (out > roof) return undefined;
        const glass = v < 0.92 * height && out < roof - 0.07;
        return glass ? [0.16, 0.2, 0.25] : times(lacquer, 1.05);
      }
      if (v < 0.14) return out > half - 0.22 && out < half - 0.02 ? [0.06, 0.06, 0.07] : undefined;
      if (out > half) return undefined;
      if (v > 0.32 && v < 0.46 && out > half - 0.18) return lights;
      if (v > 0.24 && v < 0.34 && out < 0.16) return [0.9, 0.9, 0.85];
      return times(lacquer, v < 0.26 ? 0.6 : 0.9);
    },
  };
}

/** Draws a person who stands or walks. */
export function person(draws: Draws, x: number, z: number): Thing {
  const height = draws.between(1, 1.25);
  const [coat, trousers] = [draws.pick(CLOTHES), draws.pick(CLOTHES)];
  const skin: Colour = times([0.85, 0.65, 0.52], draws.between(0.5, 1.1));
  const stride = draws.between(0.02, 0.14);
  const half = draws.between(0.15, 0.2);
  return {
    ...{ label: classOf('person'), x, z, reach: 0.25, height },
    paint(u, v) {
      const [out, up] = [Math.abs(u), v / height];
      if (up > 0.86) return out ** 2 + (v - 0.93 * height) ** 2 < 0.0064 ? skin : undefined;
      if (up > 0.46) return out < half ? coat : undefined;
      const leg = stride * (1 - up / 0.46) + 0.06;
      return Math.abs(out - leg) < 0.075 ? times(trousers, 0.7) : undefined;
    },
  };
}

/** Draws a lamp post, or a post with a sign. */
export function pole(draws: Draws, x: number, z: number, side: -1 | 1): Thing {
  const height = draws.between(1.8, 4.2);
  const lamp = height > 3.2;
  const metal = times([0.5, 0.52, 0.53], draws.between(0.5, 1.2));
  const board = draws.pick<Colour>([
    [0.15, 0.3, 0.75],
    [0.85, 0.15, 0.12],
    [0.95, 0.8, 0.15],
    [0.92, 0.92, 0.9],
  ]);
  const size = draws.between(0.22, 0.34);
  const round = draws.chance(0.5);
  return {
    ...{ label: classOf('pole or sign'), x, z, reach: lamp ? 0.8 : size, height },
    paint(u, v) {
      if (lamp && v > height - 0.12)
        return u * side < 0.06 && u * side > -0.75 ? times(metal, 0.9) : undefined;
      const middle = height - size;
      if (!lamp && (round ? u ** 2 + (v - middle) ** 2 < size ** 2 : v > middle - size)) {
        const rim = Math.max(Math.abs(u), Math.abs(v - middle)) > 0.75 * size;
        return Math.abs(u) > size ? undefined : rim ? [0.95, 0.95, 0.95] : board;
      }
      return Math.abs(u) < 0.065 ? metal : undefined;
    },
  };
}

/** Draws a tree: a trunk and a crown with an irregular edge; both are vegetation, as in Cityscapes. */
export function tree(draws: Draws, x: number, z: number): Thing {
  const height = draws.between(2.6, 5);
  const crown = draws.between(0.7, 1.2);
  const middle = height - crown;
  const green: Colour = [draws.between(0.16, 0.42), draws.between(0.32, 0.5), 0.14];
  const texture = draws.texture();
  return {
    ...{ label: classOf('vegetation'), x, z, reach: 1.3 * crown, height: height + 0.3 * crown },
    paint(u, v) {
      const away = Math.hypot(u, v - middle) / crown;
      if (away < 0.8 + 0.45 * smoothNoise(4 * u, 4 * v, texture)) {
        const leaf = hash(Math.floor(9 * u), Math.floor(9 * v), texture);
        return times(green, 0.6 + 0.35 * (v / height) + 0.4 * leaf);
      }
      return Math.abs(u) < 0.09 && v < middle ? [0.28, 0.21, 0.15] : undefined;
    },
  };
}
