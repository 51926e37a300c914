import { sampleLatents } from 'gan-kit/training';
import { SIDE as DIGIT_SIDE } from '../mnist/data.js';
import type { Images } from '../mnist/data.js';

export const SIDE = 32;
export const CHANNELS = 3;

/** The luminance of red, green and blue. */
const LUMA = [0.299, 0.587, 0.114] as const;
const LEAST_CONTRAST = 0.35;
/** The number of random values that are drawn, more than one picture needs. */
const DRAWS = 40;

/** The random choices of a picture. */
interface Scene {
  /** The digits: index in the source, and horizontal offset from the middle, in pixels. */
  readonly glyphs: readonly { readonly place: number; readonly offset: number }[];
  /** The matrix from a pixel's offset from the middle to the offset in the digit, row by row. */
  readonly inverse: readonly [number, number, number, number];
  readonly shift: readonly [number, number];
  readonly background: readonly number[];
  readonly ink: readonly number[];
  /** The standard deviation of the blur, in pixels. */
  readonly blur: number;
  /** The increase of lightness to the right and downwards, over half a side. */
  readonly light: readonly [number, number];
  readonly noise: number;
}

/**
 * Draws a digit as on the wall of a house: coloured on a coloured wall, a little rotated and skewed, with
 * neighbours that the sides of the picture cut, out of focus, lit from one side, and with the noise of a sensor.
 *
 * A pure function of (source, seed, index).
 *
 * @param source MNIST; the digit in the middle is its image `index`, the neighbours are any others.
 * @returns 32×32×3 floats in [−1, 1].
 */
export async function streetNumber(
  source: Images,
  seed: number,
  index: number,
): Promise<Float32Array> {
  const stream = 2 * (seed * 2 ** 24 + index);
  const uniform = await draw(stream, DRAWS, 'uniform');
  let next = 0;
  const between = (low: number, high: number) => low + ((high - low) * (uniform[next++]! + 1)) / 2; // sampleLatents has −1 … 1
  const scene = compose(source, index % source.count, between);
  const mask = blurred(inkOf(source, scene), scene.blur);
  return paint(mask, scene, await draw(stream + 1, SIDE * SIDE * CHANNELS, 'normal'));
}

async function draw(seed: number, size: number, distribution: 'uniform' | 'normal') {
  const row = sampleLatents({ count: 1, size, distribution, seed });
  const values = await row.data<'float32'>();
  row.dispose();
  return values;
}

function compose(
  source: Images,
  place: number,
  between: (low: number, high: number) => number,
): Scene {
  const any = () => Math.min(source.count - 1, Math.floor(between(0, source.count)));
  const glyphs = [{ place, offset: 0 }];
  for (const side of [-1, 1]) {
    const neighbour = { place: any(), offset: side * between(17, 22) };
    if (between(0, 1) < 0.55) glyphs.push(neighbour);
  }
  const angle = between(-0.12, 0.12);
  const skew = between(-0.15, 0.15);
  const [tall, wide] = [between(1, 1.2), between(0.9, 1.15)];
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  // the inverse of rotation · skew · scale
  const inverse = [
    (cos + skew * sin) / wide,
    (sin - skew * cos) / wide,
    -sin / tall,
    cos / tall,
  ] as const;

  const wall = between(0.08, 0.92);
  const upwards = between(0, 1) < 0.5;
  const wanted = between(LEAST_CONTRAST, 0.7);
  // lighter or darker as drawn, if the range has room for the contrast, otherwise the opposite
  const room = { up: 0.97 - wall, down: wall - 0.03 };
  const widest = Math.max(room.up, room.down);
  const contrast = Math.min(wanted, widest);
  const up = upwards ? room.up >= contrast : room.down < contrast;
  const tint = (luminance: number) => tinted(luminance, between(0, 1), between(0, 2 * Math.PI));
  const direction = between(0, 2 * Math.PI);
  const slope = between(0, 0.25);
  return {
    glyphs,
    inverse,
    shift: [between(-1, 1), between(-1, 1)],
    background: tint(wall),
    ink: tint(up ? wall + contrast : wall - contrast),
    blur: between(0.3, 0.9),
    light: [slope * Math.cos(direction), slope * Math.sin(direction)],
    noise: between(0.005, 0.03),
  };
}

/** Returns a colour of this luminance; most have a low saturation, like walls. */
function tinted(luminance: number, strength: number, hue: number): number[] {
  const chroma = 0.3 * strength * strength;
  const wheel = [0, 1, 2].map((channel) => Math.cos(hue - (channel * 2 * Math.PI) / 3));
  const luma = wheel.reduce((sum, value, channel) => sum + LUMA[channel]! * value, 0);
  return wheel.map((value) => clamp(luminance + chroma * (value - luma), 0, 1));
}

const clamp = (x: number, low: number, high: number) => Math.min(high, Math.max(low, x));

/** Computes the share of ink in each pixel. */
function inkOf(source: Images, { glyphs, inverse, shift }: Scene): Float32Array {
  const ink = new Float32Array(SIDE * SIDE);
  const [xx, xy, yx, yy] = inverse;
  const middle = (DIGIT_SIDE - 1) / 2;
  for (const { place, offset } of glyphs) {
    const first = place * DIGIT_SIDE * DIGIT_SIDE;
    for (let row = 0; row < SIDE; row++)
      for (let column = 0; column < SIDE; column++) {
        const x = column - (SIDE - 1) / 2 - shift[0] - offset;
        const y = row - (SIDE - 1) / 2 - shift[1];
        const value = sample(
          source.pixels,
          first,
          xx * x + xy * y + middle,
          yx * x + yy * y + middle,
        );
        // digits of metal or paint have a sharper edge than those of a pen
        const t = clamp((value / 255 - 0.15) / 0.55, 0, 1);
        const at = row * SIDE + column;
        ink[at] = Math.max(ink[at]!, t * t * (3 - 2 * t));
      }
  }
  return ink;
}

/** Interpolates between four pixels of a digit; 0 outside. */
function sample(pixels: Uint8Array, first: number, x: number, y: number): number {
  if (x <= -1 || y <= -1 || x >= DIGIT_SIDE || y >= DIGIT_SIDE) return 0;
  const left = Math.floor(x);
  const top = Math.floor(y);
  const right = x - left;
  const below = y - top;
  const upper =
    pixelAt(pixels, first, left, top) * (1 - right) + pixelAt(pixels, first, left + 1, top) * right;
  const lower =
    pixelAt(pixels, first, left, top + 1) * (1 - right) +
    pixelAt(pixels, first, left + 1, top + 1) * right;
  return upper * (1 - below) + lower * below;
}

function pixelAt(pixels: Uint8Array, first: number, column: number, row: number): number {
  const outside = column < 0 || row < 0 || column >= DIGIT_SIDE || row >= DIGIT_SIDE;
  return outside ? 0 : pixels[first + row * DIGIT_SIDE + column]!;
}

/** Applies a Gaussian blur, rows first; the border is repeated outside the picture. */
function blurred(image: Float32Array, sigma: number): Float32Array {
  const weights = [0, 1, 2].map((distance) => Math.exp(-(distance ** 2) / (2 * sigma ** 2)));
  const total = weights[0]! + 2 * weights[1]! + 2 * weights[2]!;
  const along = (from: Float32Array, horizontal: boolean) => {
    const to = new Float32Array(from.length);
    for (let row = 0; row < SIDE; row++)
      for (let column = 0; column < SIDE; column++) {
        let sum = 0;
        for (let step = -2; step <= 2; step++) {
          const r = horizontal ? row : clamp(row + step, 0, SIDE - 1);
          const c = horizontal ? clamp(column + step, 0, SIDE - 1) : column;
          sum += weights[Math.abs(step)]! * from[r * SIDE + c]!;
        }
        to[row * SIDE + column] = sum / total;
      }
    return to;
  };
  return along(along(image, true), false);
}

function paint(mask: Float32Array, scene: Scene, grain: Float32Array): Float32Array {
  const { background, ink, light, noise } = scene;
  const half = SIDE / 2;
  return grain.map((grained, i) => {
    const pixel = Math.floor(i / CHANNELS);
    const channel = i % CHANNELS;
    const [x, y] = [(pixel % SIDE) / half - 1, Math.floor(pixel / SIDE) / half - 1];
    const share = mask[pixel]!;
    const colour = background[channel]! * (1 - share) + ink[channel]! * share;
    const lit = colour * (1 + light[0] * x + light[1] * y) + noise * grained;
    return 2 * clamp(lit, 0, 1) - 1;
  });
}
