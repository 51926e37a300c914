import type { Colour } from './colour.js';
import type { Draws } from './draws.js';
import { car, person, pole, tree } from './things.js';
import type { Thing } from './things.js';

/**
 * A camera, whose height above the ground, about 1.5 m, is the unit of length: x is to the right of the camera,
 * z ahead of it, heights are above the ground. A point is visible at
 * (vanish + focal · x / z, horizon + focal · (1 − height) / z) in the picture, the unit square with y downwards.
 */
export interface Camera {
  readonly vanish: number;
  readonly horizon: number;
  readonly focal: number;
}

/** A building or a hedge along one side of the street, from z = `near` to `far`. */
export interface Block {
  readonly near: number;
  readonly far: number;
  readonly height: number;
  readonly kind: 'building' | 'hedge';
  readonly colour: Colour;
  /** The height and the width of the part of a wall with one window, and the share of the width that is window. */
  readonly storey: number;
  readonly bay: number;
  readonly window: number;
  readonly texture: number;
}

/** Weather and time of day. */
export interface Light {
  readonly zenith: Colour;
  readonly haze: Colour;
  readonly tint: Colour;
  /** The rate at which colours fade into the haze, per unit of depth. */
  readonly fog: number;
  /** The side that the sun shines from; 0 under clouds. */
  readonly sun: -1 | 0 | 1;
  readonly clouds: number;
}

/** Everything that is visible in a scene. */
export interface Street {
  readonly camera: Camera;
  readonly light: Light;
  /** |x| of the kerbs and of the fronts of the buildings, on the left and on the right. */
  readonly kerb: readonly [left: number, right: number];
  readonly front: readonly [left: number, right: number];
  readonly sides: readonly [left: readonly Block[], right: readonly Block[]];
  /** The things, from near to far. */
  readonly things: readonly Thing[];
  readonly asphalt: Colour;
  readonly paving: Colour;
  readonly skyline: number;
  readonly texture: number;
}

export const FAR = 60;

const WALLS: readonly Colour[] = [
  [0.62, 0.33, 0.25],
  [0.75, 0.66, 0.52],
  [0.55, 0.53, 0.5],
  [0.8, 0.78, 0.74],
  [0.46, 0.38, 0.34],
  [0.6, 0.62, 0.68],
  [0.84, 0.7, 0.42],
];

/** Draws a street: camera, weather, buildings, and the things on it. */
export function drawStreet(draws: Draws): Street {
  const camera = {
    vanish: draws.between(0.36, 0.64),
    horizon: draws.between(0.4, 0.5),
    focal: draws.between(0.75, 1),
  };
  const kerb = [draws.between(1.1, 2.1), draws.between(1.1, 2.1)] as const;
  const front = [kerb[0] + draws.between(0.9, 1.8), kerb[1] + draws.between(0.9, 1.8)] as const;
  const grey = draws.between(0.24, 0.44);
  const pale = draws.between(0.46, 0.68);
  const warmth = draws.between(-0.04, 0.06);
  return {
    camera,
    light: drawLight(draws),
    kerb,
    front,
    sides: [drawSide(draws), drawSide(draws)],
    things: drawThings(draws, kerb, front),
    asphalt: [grey, grey, grey + draws.between(0, 0.03)],
    paving: [pale + warmth, pale, pale - warmth],
    skyline: draws.between(0.01, 0.07),
    texture: draws.texture(),
  };
}

function drawLight(draws: Draws): Light {
  const weather = draws.pick(['clear', 'clear', 'overcast', 'dusk'] as const);
  const sun = draws.pick([-1, 1] as const);
  const [fog, strength] = [draws.between(0.006, 0.02), draws.between(0.85, 1.1)];
  const tinted = (r: number, g: number, b: number): Colour => [
    r * strength,
    g * strength,
    b * strength,
  ];
  const clear = {
    zenith: [0.25, 0.48, 0.85] as Colour,
    haze: [0.72, 0.83, 0.94] as Colour,
    tint: tinted(1, 0.99, 0.95),
    fog,
    sun,
    clouds: draws.between(0, 0.6),
  };
  if (weather === 'clear') return clear;
  if (weather === 'overcast')
    return {
      ...clear,
      zenith: [0.62, 0.65, 0.7],
      haze: [0.82, 0.83, 0.85],
      tint: tinted(0.8, 0.83, 0.87),
      fog: 2 * fog,
      sun: 0,
    };
  return {
    ...clear,
    zenith: [0.35, 0.36, 0.6],
    haze: [0.95, 0.7, 0.5],
    tint: tinted(0.92, 0.75, 0.62),
  };
}

/** Draws buildings one after the other, with some hedges between them. */
function drawSide(draws: Draws): Block[] {
  const blocks: Block[] = [];
  const tall = draws.between(2.5, 8);
  for (let near = draws.between(0.3, 2); near < FAR;) {
    const hedge = draws.chance(0.22);
    const far = near + (hedge ? draws.between(1.5, 5) : draws.between(3, 8));
    blocks.push({
      near,
      far,
      height: hedge ? draws.between(0.7, 2.2) : tall * draws.between(0.6, 1.5),
      kind: hedge ? 'hedge' : 'building',
      colour: draws.pick(WALLS),
      storey: draws.between(1.5, 2.2),
      bay: draws.between(0.9, 1.7),
      window: draws.between(0.4, 0.65),
      texture: draws.texture(),
    });
    near = far;
  }
  return blocks;
}

function drawThings(draws: Draws, kerb: Street['kerb'], front: Street['front']): Thing[] {
  const things: Thing[] = [];
  /** Places things from `near` to depth 30, with distances that grow with depth. */
  const along = (near: number, gap: number, place: (z: number) => void) => {
    for (let z = near; z < 30; z += draws.between(0.5, 1.5) * (gap + 0.25 * z)) place(z);
  };
  const sides = [-1, 1] as const;
  for (const side of sides) {
    const [edge, wall] = side < 0 ? [kerb[0], front[0]] : [kerb[1], front[1]];
    if (draws.chance(0.6))
      along(draws.between(3, 8), 3, (z) => {
        things.push(tree(draws, side * (edge + draws.between(0.3, 0.6)), z));
      });
    along(draws.between(2.5, 7), 4, (z) => {
      things.push(pole(draws, side * (edge + 0.15), z, side));
    });
    along(draws.between(2.5, 6), 2.5, (z) => {
      things.push(person(draws, side * draws.between(edge + 0.25, wall - 0.2), z));
    });
    const parked = draws.chance(0.5);
    along(draws.between(3, 7), parked ? 2 : 6, (z) => {
      const x = parked ? edge - 0.55 : draws.between(0.3, 0.7) * edge;
      things.push(car(draws, side * x, z, side > 0 || parked));
    });
  }
  return things.sort((one, other) => one.z - other.z);
}
