import type { Picture } from './picture.js';

/** Reads a drawing of the example: base64 of a bit a pixel. Returns 1 on a line and 0 elsewhere. */
export function gridOf(lines: string, side: number): Uint8Array {
  const bytes = Uint8Array.from(atob(lines), (letter) => letter.charCodeAt(0));
  return Uint8Array.from({ length: side * side }, (_, i) => (bytes[i >> 3]! >> (7 - (i & 7))) & 1);
}

/** Makes a picture of a drawing as the example does: −1 on a line and 1 elsewhere. */
export const lineDrawing = (grid: Uint8Array, side: number): Picture => ({
  width: side,
  height: side,
  channels: 1,
  values: Float32Array.from(grid, (line) => 1 - 2 * line),
});
