import type { Look } from './look.js';
import { CELLS, EXTENT } from './settings.js';

/** What can be hidden. */
export interface Layers {
  readonly landscape: boolean;
  readonly arrows: boolean;
}

/** The colours of a picture. */
interface Colours {
  readonly fake: readonly [number, number, number];
  readonly middle: readonly [number, number, number];
  readonly real: readonly [number, number, number];
  readonly data: string;
  readonly samples: string;
  readonly arrows: string;
}

const LIGHT: Colours = {
  fake: [146, 176, 227],
  middle: [250, 250, 250],
  real: [247, 190, 130],
  data: '#5b6470',
  samples: '#b1002e',
  arrows: '#31363d',
};
const DARK: Colours = {
  fake: [29, 59, 122],
  middle: [24, 24, 27],
  real: [122, 70, 14],
  data: '#a9b1bd',
  samples: '#ff6f91',
  arrows: '#e4e6ea',
};

/** The length of the longest arrow, in units of the plane. */
const LONGEST = 0.35;

/** Draws the points of the data, and a look if there is one. */
export function paint(
  canvas: HTMLCanvasElement,
  points: Float32Array,
  look: Look | undefined,
  layers: Layers,
  isDark: boolean,
): void {
  const pen = canvas.getContext('2d')!;
  const colours = isDark ? DARK : LIGHT;
  const { width } = canvas;
  const scale = width / (2 * EXTENT);
  const x = (value: number): number => (value + EXTENT) * scale;
  const y = (value: number): number => (EXTENT - value) * scale;
  const dots = (values: Float32Array, colour: string, size: number): void => {
    pen.fillStyle = colour;
    for (let i = 0; i < values.length; i += 2)
      pen.fillRect(x(values[i]!) - size / 2, y(values[i + 1]!) - size / 2, size, size);
  };

  pen.fillStyle = `rgb(${colours.middle.join()})`;
  pen.fillRect(0, 0, width, width);
  if (look && layers.landscape) paintLandscape(pen, look.landscape, colours, width);
  dots(points, colours.data, width / 250);
  if (look === undefined) return;
  dots(look.samples, colours.samples, width / 200);
  if (layers.arrows) paintArrows(pen, look.arrows, colours.arrows, { x, y });
}

/** Draws the discriminator's outputs as colours between their least and their greatest, smoothed. */
function paintLandscape(
  pen: CanvasRenderingContext2D,
  values: Float32Array,
  { fake, middle, real }: Colours,
  width: number,
): void {
  const [least, greatest] = [Math.min(...values), Math.max(...values)];
  if (!Number.isFinite(greatest - least)) return;
  const cells = new ImageData(CELLS, CELLS);
  values.forEach((value, i) => {
    const at = greatest === least ? 0 : (2 * (value - least)) / (greatest - least) - 1;
    const end = at < 0 ? fake : real;
    const colour = middle.map((from, k) => from + Math.abs(at) * (end[k]! - from));
    cells.data.set([...colour, 255], 4 * i);
  });
  const small = new OffscreenCanvas(CELLS, CELLS);
  small.getContext('2d')!.putImageData(cells, 0, 0);
  pen.imageSmoothingEnabled = true;
  pen.imageSmoothingQuality = 'high';
  pen.drawImage(small, 0, 0, width, width);
}

/** Draws arrows, the longest of them always of one length. */
function paintArrows(
  pen: CanvasRenderingContext2D,
  arrows: Float32Array,
  colour: string,
  to: { x: (value: number) => number; y: (value: number) => number },
): void {
  let longest = 0;
  for (let i = 0; i < arrows.length; i += 4)
    longest = Math.max(longest, Math.hypot(arrows[i + 2]!, arrows[i + 3]!));
  if (!(longest > 0 && Number.isFinite(longest))) return;
  const stretch = LONGEST / longest;
  pen.strokeStyle = colour;
  pen.lineWidth = Math.max(1, pen.canvas.width / 500);
  pen.beginPath();
  for (let i = 0; i < arrows.length; i += 4) {
    const [x, y, dx, dy] = arrows.subarray(i, i + 4) as unknown as [number, number, number, number];
    const [endX, endY] = [x + stretch * dx, y + stretch * dy];
    pen.moveTo(to.x(x), to.y(y));
    pen.lineTo(to.x(endX), to.y(endY));
    for (const side of [0.4, -0.4]) {
      const [cos, sin] = [Math.cos(side), Math.sin(side)];
      const back = 0.3 * stretch;
      pen.moveTo(to.x(endX), to.y(endY));
      pen.lineTo(
        to.x(endX - back * (dx * cos - dy * sin)),
        to.y(endY - back * (dx * sin + dy * cos)),
      );
    }
  }
  pen.stroke();
}
