import type { Pixel } from './strokes.js';

/** Returns the pixel of a canvas that the pointer is on. */
export function pixelAt(event: PointerEvent, canvas: HTMLCanvasElement): Pixel {
  const { left, top, width, height } = canvas.getBoundingClientRect();
  return [
    Math.floor(((event.clientX - left) / width) * canvas.width),
    Math.floor(((event.clientY - top) / height) * canvas.height),
  ];
}
