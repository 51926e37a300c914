/**
 * Composes the picture at the top of the README from pictures that the examples made and that the guides show:
 * `npx tsx tools/hero/main.ts` writes docs/images/hero.png.
 */
import { readFile } from 'node:fs/promises';
import type { RasterImage } from '../../src/io/image_grid.js';
import { decodePNG } from '../../src/io/images/decode_png.js';
import { savePNG } from '../../src/node/images/png.js';

const SIDE = 262; // of a panel: four cells of 64 pixels, 2 apart
const MARGIN = 14; // between panels
const CELL = 66;

interface Canvas extends RasterImage {
  readonly channels: 3;
}

/** A rectangle of a picture. */
interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const open = async (name: string): Promise<RasterImage> =>
  decodePNG(await readFile(`docs/images/${name}.png`));

function blank(width: number, height: number, shade: number): Canvas {
  const data = new Uint8Array(width * height * 3).fill(shade);
  return { width, height, channels: 3, data };
}

/** Copies an area of a picture to (left, top) of the canvas; grey becomes three equal channels. */
function paste(canvas: Canvas, picture: RasterImage, area: Area, left: number, top: number): void {
  for (let y = 0; y < area.height; y++)
    for (let x = 0; x < area.width; x++) {
      const from = ((area.y + y) * picture.width + area.x + x) * picture.channels;
      const to = ((top + y) * canvas.width + left + x) * 3;
      for (let c = 0; c < 3; c++)
        canvas.data[to + c] = picture.data[from + (picture.channels >= 3 ? c : 0)]!;
    }
}

/** Makes a panel of 4 × 4 cells from `columns` and `rows` of the picture's grid; `size` and `stride` are its cells'. */
function cells(
  picture: RasterImage,
  shade: number,
  { columns, rows, size, stride }: Grid,
): RasterImage {
  const panel = blank(SIDE, SIDE, shade);
  const edge = (CELL - 2 - size) / 2;
  for (const [row, y] of rows.entries())
    for (const [column, x] of columns.entries()) {
      const area = { x: x * stride, y: y * stride, width: size, height: size };
      paste(panel, picture, area, column * CELL + edge, row * CELL + edge);
    }
  return panel;
}

interface Grid {
  readonly columns: readonly number[];
  readonly rows: readonly number[];
  readonly size: number;
  readonly stride: number;
}

/** Makes a panel with one area of a picture in its middle. */
function framed(picture: RasterImage, shade: number, area: Area): RasterImage {
  const panel = blank(SIDE, SIDE, shade);
  const left = Math.floor((SIDE - area.width) / 2);
  const top = Math.floor((SIDE - area.height) / 2);
  paste(panel, picture, area, left, top);
  return panel;
}

const [digits, ring, clothes, numbers, scenes] = await Promise.all(
  [
    'mnist-sn-dcgan',
    'gaussians-ring',
    'edges2clothes',
    'street-numbers',
    'street-scenes-pix2pix',
  ].map(open),
);
const panels = [
  // digits that an SN-DCGAN drew
  cells(digits!, 0, { columns: [0, 3, 5, 9], rows: [0, 3, 5, 9], size: 56, stride: 58 }),
  // a ring of Gaussians: samples of the WGAN-GP after training
  framed(ring!, 255, { x: 744, y: 744, width: 240, height: 240 }),
  // pix2pix: drawings of edges, and the clothes made of them
  cells(clothes!, 150, { columns: [0, 1, 3, 4], rows: [0, 7, 3, 9], size: 64, stride: CELL }),
  // CycleGAN: street numbers, and the digits made of them
  cells(numbers!, 0, { columns: [6, 7, 9, 10], rows: [0, 1, 2, 5], size: 64, stride: CELL }),
  // pix2pix: two scenes, and the label maps made of them
  framed(scenes!, 0, { x: 0, y: 0, width: 258, height: 258 }),
];
const hero = blank(panels.length * (SIDE + MARGIN) - MARGIN, SIDE, 255);
const whole = { x: 0, y: 0, width: SIDE, height: SIDE };
for (const [k, panel] of panels.entries()) paste(hero, panel, whole, k * (SIDE + MARGIN), 0);
await savePNG('docs/images/hero.png', hero);
