import { bytesOf } from './picture.js';
import type { Picture } from './picture.js';

/** Paints a picture on a canvas, which takes its size. */
export function paint(canvas: HTMLCanvasElement, picture: Picture): void {
  canvas.width = picture.width;
  canvas.height = picture.height;
  const image = new ImageData(bytesOf(picture), picture.width, picture.height);
  canvas.getContext('2d')!.putImageData(image, 0, 0);
}
