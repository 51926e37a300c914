import { fail } from '../../internal/check.js';
import { integer, number } from '../../internal/option_kinds.js';
import { readOptions } from '../../internal/read_options.js';
import type { RasterImage } from '../../io/image_grid.js';
import { checkPath, writeFileAtomic } from '../files/atomic_file.js';
import { checkRaster, chunk, fileOf, headerOf, pixelsOf } from './png.js';

/** Options of {@link saveAnimation}. */
export interface SaveAnimationOptions {
  /** Pictures a second, above 0, at most 1000; default 15. */
  readonly framesPerSecond?: number;
  /** How often it is played; default 0, without an end. */
  readonly plays?: number;
}

/** Makes the chunk of control before a frame: size, time, and that it replaces the one before. */
function frameControl(index: number, { width, height }: RasterImage, seconds: number): Buffer {
  const control = Buffer.alloc(26);
  control.writeUInt32BE(index, 0);
  control.writeUInt32BE(width, 4);
  control.writeUInt32BE(height, 8);
  control.writeUInt16BE(Math.max(1, Math.round(1000 * seconds)), 20);
  control.writeUInt16BE(1000, 22);
  return chunk('fcTL', control);
}

/**
 * Writes pictures as an animated PNG, atomically. Browsers play it, and programs that know still pictures alone show its
 * first frame. All colours are kept, which a GIF cannot.
 *
 * @param path The file, `.png`; missing folders are made.
 * @param frames Pictures of one size and number of channels, for example from `imageGrid`; one or more.
 * @param options `framesPerSecond` above 0 and at most 1000, default 15; `plays` from 0 on, default 0, without an end.
 * @throws GanKitError if an argument is invalid, or frames differ in size; the file system's own errors as they are.
 *
 * **Differentiable:** no.
 *
 * @example
 * ```ts
 * import { saveAnimation } from 'gan-kit/node';
 *
 * const grey = (value: number) => ({ width: 1, height: 1, channels: 1 as const, data: Uint8Array.of(value) });
 * await saveAnimation('runs/1/fade.png', [0, 85, 170, 255].map(grey), { framesPerSecond: 4 });
 * ```
 *
 * @see https://www.w3.org/TR/png-3/#apng-frame-based-animation
 */
export async function saveAnimation(
  path: string,
  frames: readonly RasterImage[],
  options: SaveAnimationOptions = {},
): Promise<void> {
  const where = 'saveAnimation';
  checkPath(where, path);
  const given: unknown = frames;
  if (!Array.isArray(given) || given.length === 0)
    fail('type', where, 'frames', 'an array of one image or more', given);
  const { framesPerSecond, plays } = readOptions(where, options, {
    framesPerSecond: number({ above: 0, max: 1000, default: 15 }),
    plays: integer({ min: 0, max: 2 ** 31 - 1, default: 0 }),
  });
  const first = frames[0]!;
  for (const [i, frame] of frames.entries()) {
    checkRaster(where, frame, `frames[${i}]`);
    for (const key of ['width', 'height', 'channels'] as const)
      if (frame[key] !== first[key])
        fail(
          'shape',
          where,
          `frames[${i}].${key}`,
          `as of the first frame, ${first[key]}`,
          frame[key],
        );
  }
  const control = Buffer.alloc(8);
  control.writeUInt32BE(frames.length, 0);
  control.writeUInt32BE(plays, 4);
  const chunks: Uint8Array[] = [headerOf(first), chunk('acTL', control)];
  let index = 0;
  for (const frame of frames) {
    chunks.push(frameControl(index++, frame, 1 / framesPerSecond));
    const pixels = pixelsOf(frame);
    if (frame === first && index === 1) chunks.push(chunk('IDAT', pixels));
    else {
      const numbered = Buffer.alloc(4 + pixels.length);
      numbered.writeUInt32BE(index++, 0);
      numbered.set(pixels, 4);
      chunks.push(chunk('fdAT', numbered));
    }
  }
  await writeFileAtomic(path, fileOf(...chunks));
}
