import type { RasterImage } from 'gan-kit/io';

/** Turns a grey picture, or a square of it, into one of a canvas. */
export function pictureOf(
  { data, width, height }: RasterImage,
  first = 0,
  columns = width,
): OffscreenCanvas {
  const picture = new OffscreenCanvas(columns, height);
  const pixels = new ImageData(columns, height);
  for (let i = 0; i < columns * height; i++) {
    const grey = data[Math.floor(i / columns) * width + first + (i % columns)]!;
    pixels.data.set([grey, grey, grey, 255], 4 * i);
  }
  picture.getContext('2d')!.putImageData(pixels, 0, 0);
  return picture;
}

/** Paints samples, at their size. */
export function paintSamples(canvas: HTMLCanvasElement, samples: RasterImage): void {
  canvas.width = samples.width;
  canvas.height = samples.height;
  canvas.getContext('2d')!.drawImage(pictureOf(samples), 0, 0);
}

/** The parts of the pad's side that the digit at the place and the ones in the corners have. */
const LARGE = 0.56;
const SMALL = 0.2;
/** Radius of the mark of the place, in pixels. */
const MARK = 7;

/** Paints the pad: the digit at the place, in the middle, the four that it is between, and a mark. */
export function paintPad(
  canvas: HTMLCanvasElement,
  digits: RasterImage,
  { across, down }: { readonly across: number; readonly down: number },
): void {
  const side = canvas.width;
  const context = canvas.getContext('2d')!;
  context.fillStyle = '#000';
  context.fillRect(0, 0, side, side);
  const draw = (index: number, x: number, y: number, size: number): void => {
    const digit = pictureOf(digits, index * digits.height, digits.height);
    context.drawImage(digit, x * side, y * side, size * side, size * side);
  };
  draw(0, (1 - LARGE) / 2, (1 - LARGE) / 2, LARGE);
  for (const corner of [0, 1, 2, 3])
    draw(corner + 1, (corner % 2) * (1 - SMALL), Math.floor(corner / 2) * (1 - SMALL), SMALL);
  const inside = (part: number): number => MARK + 2 + part * (side - 2 * MARK - 4);
  context.beginPath();
  context.arc(inside(across), inside(down), MARK, 0, 2 * Math.PI);
  context.strokeStyle = '#ffb454';
  context.lineWidth = 3;
  context.stroke();
}
