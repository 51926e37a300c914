import { fail } from '../../internal/check.js';
import { BadImage, checkImageSize } from './bad_image.js';
import { cleaned, readJPEGFrame, strayWarning } from './jpeg_frame.js';
import type { FilePicture } from './picture.js';

interface Bitmap {
  readonly width: number;
  readonly height: number;
  close(): void;
}
interface Context2D {
  drawImage(bitmap: Bitmap, x: number, y: number): void;
  getImageData(x: number, y: number, w: number, h: number): { readonly data: Uint8ClampedArray };
}
interface Canvas {
  getContext(kind: '2d', options: { willReadFrequently: boolean }): Context2D | null;
}
/** The functions of a page or a worker for pictures. */
interface Browser {
  createImageBitmap?(blob: unknown, options: object): Promise<Bitmap>;
  Blob: new (parts: readonly Uint8Array[], options: { type: string }) => unknown;
  OffscreenCanvas?: new (width: number, height: number) => Canvas;
  document?: { createElement(name: 'canvas'): Canvas & { width: number; height: number } };
}

/** Decodes a JPEG file with the browser's own decoder and a canvas; EXIF data and colour profiles are ignored. */
export async function decodeJPEGInBrowser(bytes: Uint8Array): Promise<FilePicture> {
  const browser = globalThis as unknown as Browser;
  if (browser.createImageBitmap === undefined)
    fail(
      'backend',
      'decodeJPEG',
      'createImageBitmap',
      'a function, as in a page or a worker',
      undefined,
      'In Node, take pairedImages and unpairedImages from gan-kit/node.',
    );
  const frame = readJPEGFrame(bytes);
  checkImageSize(frame.width, frame.height, 4); // 4 bytes a pixel, as in a canvas
  const blob = new browser.Blob([cleaned(bytes, frame)], { type: 'image/jpeg' });
  const options = { colorSpaceConversion: 'none', premultiplyAlpha: 'none' };
  const bitmap = await browser.createImageBitmap(blob, options).catch(() => {
    throw new BadImage('its data are damaged');
  });
  const { width, height } = frame;
  const context = canvasOf(browser, width, height).getContext('2d', { willReadFrequently: true });
  context!.drawImage(bitmap, 0, 0);
  bitmap.close();
  const { data } = context!.getImageData(0, 0, width, height);
  const warning = strayWarning(frame);
  const picture = { width, height, channels: 4, data: new Uint8Array(data.buffer) } as const;
  return warning === undefined ? picture : { ...picture, warning };
}

function canvasOf({ OffscreenCanvas, document }: Browser, width: number, height: number): Canvas {
  if (OffscreenCanvas !== undefined) return new OffscreenCanvas(width, height);
  return Object.assign(document!.createElement('canvas'), { width, height });
}
