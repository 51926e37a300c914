import type { RasterImage } from 'gan-kit/io';
import type { Mixture, Points } from './mixtures.js';

type Colour = readonly [number, number, number];

/** The side of a panel in pixels. */
const SIDE = 240;
const GAP = 8;
const SAMPLE: Colour = [30, 90, 200];
const MODE: Colour = [220, 60, 40];
const FRAME: Colour = [190, 190, 190];
/** The digits as rows of three bits. */
const DIGITS = [
  '75557',
  '26227',
  '71747',
  '71717',
  '55711',
  '74717',
  '74757',
  '71111',
  '75757',
  '75717',
];

/** One scatter plot: samples as dots, and a circle of three σ (at least four pixels) around each true mode. */
export interface Panel {
  readonly samples: Points;
  readonly step: number;
}

/** Draws rows of panels side by side, with the number of the step in the corner of each. */
export function scatter(rows: readonly (readonly Panel[])[], mixture: Mixture): RasterImage {
  const across = Math.max(...rows.map((row) => row.length));
  const canvas = new Canvas(across * (SIDE + GAP) - GAP, rows.length * (SIDE + GAP) - GAP);
  rows.forEach((row, j) =>
    row.forEach((panel, i) => draw(canvas, i * (SIDE + GAP), j * (SIDE + GAP), panel, mixture)),
  );
  return { width: canvas.width, height: canvas.height, channels: 3, data: canvas.data };
}

function draw(canvas: Canvas, left: number, top: number, panel: Panel, mixture: Mixture): void {
  const { samples, step } = panel;
  const { means, sigma, extent } = mixture;
  const scale = SIDE / (2 * extent);
  const at = (x: number, y: number) =>
    [left + SIDE / 2 + scale * x, top + SIDE / 2 - scale * y] as const;
  const radius = Math.max(4, 3 * sigma * scale);
  for (const [x, y] of means) canvas.circle(...at(x, y), radius, MODE);
  for (let i = 0; i < samples.length; i += 2) {
    const [x, y] = [samples[i]!, samples[i + 1]!];
    // the comparison also leaves out NaN
    if (Math.abs(x) < extent && Math.abs(y) < extent) canvas.dot(...at(x, y), SAMPLE, 0.5);
  }
  for (let i = 0; i < SIDE; i++)
    for (const [x, y] of [
      [i, 0],
      [i, SIDE - 1],
      [0, i],
      [SIDE - 1, i],
    ] as const)
      canvas.blend(left + x, top + y, FRAME, 1);
  canvas.number(left + 6, top + 6, step);
}

/** A picture with three bytes per pixel, white at first. */
class Canvas {
  readonly data: Uint8Array;

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.data = new Uint8Array(3 * width * height).fill(255);
  }

  /** Mixes a colour into a pixel; `share` 1 replaces it. */
  blend(x: number, y: number, colour: Colour, share: number): void {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) return;
    const at = 3 * (y * this.width + x);
    colour.forEach((value, i) => {
      const below = this.data[at + i]!;
      this.data[at + i] = Math.round(below + share * (value - below));
    });
  }

  /** Draws a square of one pixel at any position: each of the four pixels that it covers gets its share. */
  dot(x: number, y: number, colour: Colour, share: number): void {
    const [left, top] = [Math.floor(x - 0.5), Math.floor(y - 0.5)];
    const [right, below] = [x - 0.5 - left, y - 0.5 - top];
    this.blend(left, top, colour, share * (1 - right) * (1 - below));
    this.blend(left + 1, top, colour, share * right * (1 - below));
    this.blend(left, top + 1, colour, share * (1 - right) * below);
    this.blend(left + 1, top + 1, colour, share * right * below);
  }

  /** Draws a circle, one pixel wide. */
  circle(x: number, y: number, radius: number, colour: Colour): void {
    for (let j = Math.floor(y - radius - 1); j <= y + radius + 1; j++)
      for (let i = Math.floor(x - radius - 1); i <= x + radius + 1; i++) {
        const off = Math.abs(Math.hypot(i + 0.5 - x, j + 0.5 - y) - radius);
        if (off < 1) this.blend(i, j, colour, 1 - off);
      }
  }

  /** Draws a number in digits of 3×5 squares, with sides of two pixels. */
  number(left: number, top: number, value: number): void {
    [...String(value)].forEach((digit, place) =>
      [...DIGITS[Number(digit)]!].forEach((bits, row) => {
        for (let column = 0; column < 3; column++)
          if ((Number(bits) >> (2 - column)) & 1)
            for (const [dx, dy] of [
              [0, 0],
              [1, 0],
              [0, 1],
              [1, 1],
            ] as const)
              this.blend(left + 8 * place + 2 * column + dx, top + 2 * row + dy, [60, 60, 60], 1);
      }),
    );
  }
}
