import { blend, times } from './colour.js';
import type { Colour } from './colour.js';
import { hash, smoothNoise } from './draws.js';
import { classOf } from './palette.js';
import { FAR } from './street.js';
import type { Block, Street } from './street.js';

/** The class and the colour that are visible in one direction. */
export interface Sight {
  readonly label: number;
  readonly colour: Colour;
}

/** A visible surface, before light and haze. */
interface Surface extends Sight {
  readonly depth: number;
  /** The light on it, 1 in the open. */
  readonly lit: number;
}

const [ROAD, PAVEMENT, BUILDING, SKY, VEGETATION] = (
  ['road', 'pavement', 'building', 'sky', 'vegetation'] as const
).map(classOf) as [number, number, number, number, number];

/** The depth up to which a thing darkens the ground before and behind it. */
const CONTACT = 0.35;

/** Returns the visible points of a street along a vertical line of the picture, the unit square with y downwards. */
export function lookDown(street: Street, x: number): (y: number) => Sight {
  const across = (x - street.camera.vanish) / street.camera.focal;
  // other things are not visible here, and do not darken the ground
  const things = street.things.filter(
    (thing) => Math.abs(across * thing.z - thing.x) <= thing.reach + CONTACT * Math.abs(across),
  );
  const near = { ...street, things };
  return (y) => look(near, across, y);
}

function look(street: Street, across: number, y: number): Sight {
  const { camera, light } = street;
  const down = (y - camera.horizon) / camera.focal;
  const surface =
    thingAt(street, across, down) ?? sideAt(street, across, down) ?? groundAt(street, across, down);
  if (surface === undefined) return distance(street, across, down);
  const { label, colour, depth, lit } = surface;
  const { tint } = light;
  const shone: Colour = [
    colour[0] * tint[0] * lit,
    colour[1] * tint[1] * lit,
    colour[2] * tint[2] * lit,
  ];
  return { label, colour: blend(shone, light.haze, 1 - Math.exp(-light.fog * depth)) };
}

function thingAt({ things, light }: Street, across: number, down: number): Surface | undefined {
  for (const thing of things) {
    const u = across * thing.z - thing.x;
    const v = 1 - down * thing.z;
    if (Math.abs(u) > thing.reach || v < 0 || v > thing.height) continue;
    const colour = thing.paint(u, v);
    if (colour === undefined) continue;
    const lit = light.sun === 0 ? 1 : 1 + 0.2 * light.sun * Math.sign(u);
    return { label: thing.label, colour, depth: thing.z, lit };
  }
  return undefined;
}

/**
 * Finds the front of a building or a hedge along the street, or a wall that faces the camera where a neighbour is
 * lower or missing.
 */
function sideAt(street: Street, across: number, down: number): Surface | undefined {
  const [side, sign] = across < 0 ? ([0, -1] as const) : ([1, 1] as const);
  const front = street.front[side];
  const along = front / Math.abs(across);
  const { sun } = street.light;
  for (const block of street.sides[side]) {
    const facing = 1 - down * block.near;
    if (block.near < along && facing < 0) return undefined; // the ground is nearer
    if (block.near > along && facing >= 0 && facing <= block.height)
      return wall(block, Math.abs(across) * block.near - front, facing, block.near, 0.85);
    const height = 1 - down * along;
    if (along >= block.near && along < block.far && height >= 0) {
      const top = block.height - ragged(block, along);
      const lit = sun === 0 ? 0.95 : sun === sign ? 0.65 : 1.1;
      if (height <= top) return wall(block, along, height, along, lit);
    }
  }
  return undefined;
}

const ragged = (block: Block, along: number): number =>
  block.kind === 'hedge' ? 0.5 * smoothNoise(3 * along, 0, block.texture) : 0;

function wall(block: Block, along: number, height: number, depth: number, lit: number): Surface {
  const { texture, colour, storey, bay, window } = block;
  if (block.kind === 'hedge') {
    const leaf = hash(Math.floor(8 * along), Math.floor(8 * height), texture);
    const green: Colour = times([0.24, 0.4, 0.15], 0.6 + 0.7 * leaf);
    return { label: VEGETATION, colour: green, depth, lit };
  }
  const [floor, column] = [Math.floor(height / storey), Math.floor(along / bay)];
  const inBay = Math.abs(along / bay - column - 0.5);
  const inStorey = Math.abs(height / storey - floor - 0.5);
  const rough = 0.92 + 0.16 * smoothNoise(5 * along, 5 * height, texture);
  if (inBay < window / 2 && inStorey < 0.3 && height < block.height - 0.35) {
    const shine = hash(column, floor, texture);
    const glass: Colour = shine > 0.85 ? [0.75, 0.7, 0.5] : [0.2, 0.25 + 0.15 * shine, 0.35];
    return { label: BUILDING, colour: glass, depth, lit };
  }
  const cornice = height > block.height - 0.2 ? 0.7 : 1;
  return { label: BUILDING, colour: times(colour, rough * cornice), depth, lit };
}

function groundAt(street: Street, across: number, down: number): Surface | undefined {
  if (down <= 1 / FAR) return undefined;
  const depth = 1 / down;
  const x = across * depth;
  const side = x < 0 ? 0 : 1;
  const { kerb, front, light, texture } = street;
  const out = Math.abs(x);
  let lit = 0.93 + 0.14 * smoothNoise(6 * x, 6 * depth, texture);
  // the buildings on the side of the sun put the part of the street near them in shadow
  if (light.sun !== 0 && x * light.sun > 0.35 * kerb[side]) lit *= 0.68;
  for (const thing of street.things)
    if (Math.abs(x - thing.x) < 0.8 * thing.reach && Math.abs(depth - thing.z) < CONTACT)
      lit *= 0.7;
  if (out < kerb[side]) {
    const dashed = Math.abs(x) < 0.06 && depth % 2.4 < 1.3;
    const colour: Colour = dashed ? [0.85, 0.85, 0.82] : street.asphalt;
    return { label: ROAD, colour, depth, lit };
  }
  if (out < front[side]) {
    const kerbstone = out < kerb[side] + 0.1;
    const joint = depth % 0.8 < 0.08 || out % 0.5 < 0.04;
    const colour = times(street.paving, kerbstone ? 1.2 : joint ? 0.8 : 1);
    return { label: PAVEMENT, colour, depth, lit };
  }
  const blade = hash(Math.floor(10 * x), Math.floor(10 * depth), texture);
  return { label: VEGETATION, colour: times([0.3, 0.45, 0.18], 0.8 + 0.4 * blade), depth, lit };
}

/** Returns the trees at the end of the street, or the sky. */
function distance(street: Street, across: number, down: number): Sight {
  const { light, skyline, texture } = street;
  const trees = skyline * (0.5 + smoothNoise(14 * across, 0, texture));
  if (-down < trees) {
    const leaf = smoothNoise(60 * across, 60 * down, texture);
    const green = times([0.25, 0.38, 0.2], 0.7 + 0.5 * leaf);
    return { label: VEGETATION, colour: blend(green, light.haze, 0.35) };
  }
  const up = Math.min(1, -down / 0.55);
  const cloud = smoothNoise(5 * across, 12 * down, texture + 1);
  const white = light.clouds * Math.max(0, 2 * cloud - 1);
  return { label: SKY, colour: blend(blend(light.haze, light.zenith, up), [1, 1, 1], white) };
}
