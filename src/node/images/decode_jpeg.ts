import { BadImage } from '../../io/images/bad_image.js';
import { cleaned, readJPEGFrame, strayWarning } from '../../io/images/jpeg_frame.js';
import type { FilePicture } from '../../io/images/picture.js';
import { jpegTurbo } from '../assets.js';

/** The functions of libjpeg-turbo that `@cwasm/jpeg-turbo` exports. */
interface TurboJPEG {
  readonly memory: { readonly buffer: ArrayBuffer };
  malloc(size: number): number;
  tjInitDecompress(): number;
  /** Decodes a file; returns 0 only if there was neither an error nor a warning. */
  tjDecompress2(
    decompressor: number,
    file: number,
    fileSize: number,
    pixels: number,
    width: number,
    rowBytes: number,
    height: number,
    pixelFormat: number,
    flags: number,
  ): number;
}

/** TurboJPEG's pixel formats by the number of channels. */
const PIXEL_FORMATS = { 3: 0, 1: 6 } as const;

/** The part of the WebAssembly interface that is used here; Node's types do not declare it. */
interface WebAssemblyInterface {
  readonly Module: new (binary: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
}

let library: object | undefined;

/** Makes a new instance, one for each picture, so that a damaged file cannot affect another picture. */
function instantiate(): TurboJPEG {
  const { Module, Instance } = (globalThis as unknown as { WebAssembly: WebAssemblyInterface })
    .WebAssembly;
  library ??= new Module(jpegTurbo());
  const leave = () => {
    throw new BadImage('its data are damaged');
  };
  const nothing = () => 0;
  const instance = new Instance(library, {
    env: { setjmp: nothing, longjmp: leave },
    wasi_snapshot_preview1: {
      environ_sizes_get: nothing,
      environ_get: nothing,
      fd_close: nothing,
      fd_seek: nothing,
      fd_write: nothing,
      proc_exit: leave,
    },
  });
  return instance.exports as TurboJPEG;
}

/**
 * Decodes a file with libjpeg-turbo, the library that PIL uses, to the same pixels bit for bit. Refuses a
 * file for which the library gives a warning of damaged data. The only exception is unneeded bytes before
 * a marker: these give a warning in the result.
 */
export async function decodeJPEG(file: Uint8Array): Promise<FilePicture> {
  const frame = readJPEGFrame(file);
  const { width, height, components: channels } = frame;
  const bytes = cleaned(file, frame);
  const turbo = instantiate();
  const size = width * height * channels;
  const [input, pixels] = [turbo.malloc(bytes.length), turbo.malloc(size)];
  const decompressor = turbo.tjInitDecompress();
  if (input === 0 || pixels === 0 || decompressor === 0)
    throw new RangeError(`decodeJPEG: no memory for a picture of ${width} × ${height}`);
  new Uint8Array(turbo.memory.buffer).set(bytes, input);
  const row = width * channels;
  const format = PIXEL_FORMATS[channels];
  const status = turbo.tjDecompress2(
    ...([decompressor, input, bytes.length, pixels] as const),
    ...([width, row, height, format, 0] as const),
  );
  const warnings = [strayWarning(frame)];
  if (status !== 0) warnings.push(leftOver(turbo, Math.min(input, pixels)));
  const data = new Uint8Array(turbo.memory.buffer, pixels, size).slice();
  const warning = warnings.filter((text) => text !== undefined).join('; ');
  return { width, height, channels, data, ...(warning !== '' && { warning }) };
}

/**
 * Returns a warning of unneeded bytes before a marker, the only kind that does not affect the pixels;
 * refuses the file if the library gave another. The library keeps the text of its first warning among its
 * own data, which end where the first block that we allocated begins (`end`); the function that returns
 * the text is missing from this build of the library.
 */
function leftOver(turbo: TurboJPEG, end: number): string {
  const text = Buffer.from(turbo.memory.buffer, 0, end).toString('latin1');
  const [, count] = /Corrupt JPEG data: (\d+) extraneous bytes before marker/.exec(text) ?? [];
  if (count === undefined) throw new BadImage('its data are damaged');
  return `${count} bytes behind its data belong to nothing and were passed over; it may be damaged`;
}
