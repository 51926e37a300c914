import { BadImage, checkImageSize } from './bad_image.js';

/** The facts about a JPEG file that are needed before it is decoded. */
export interface JPEGFrame {
  readonly width: number;
  readonly height: number;
  readonly components: 1 | 3;
  /** The begin and end of each segment with EXIF data, which may ask for a rotation. */
  readonly exif: readonly Range[];
  /** The begin and end of bytes between segments that belong to none. */
  readonly stray: readonly Range[];
}

type Range = readonly [number, number];

const START = 0xd8;
const END = 0xd9;
const SCAN = 0xda;
const APP1 = 0xe1;
const APP14 = 0xee;
/** Returns whether a marker has no segment: restarts and TEM. */
const isBare = (marker: number) => (marker >= 0xd0 && marker <= 0xd7) || marker === 0x01;
const isFrame = (marker: number) =>
  marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);

/**
 * Reads the segments of a JPEG file up to its end marker, so that all decoders refuse the same files: those that
 * were cut short, which browsers fill with grey, and kinds that not every decoder knows.
 */
export function readJPEGFrame(bytes: Uint8Array): JPEGFrame {
  if (bytes[0] !== 0xff || bytes[1] !== START) throw new BadImage('it is no JPEG file');
  const [exif, stray]: [Range[], Range[]] = [[], []];
  let frame: Omit<JPEGFrame, 'exif' | 'stray'> | undefined;
  let ycck = false;
  for (let at = 2; ;) {
    const start = startOfSegment(bytes, at);
    if (start > at) stray.push([at, start]);
    at = start;
    while (bytes[at] === 0xff) at++; // fill bytes may come before a marker
    const marker = bytes[at++];
    if (marker === undefined) throw new BadImage('the file ends too early');
    if (marker === END) break;
    if (isBare(marker)) continue;
    if (at + 2 > bytes.length) throw new BadImage('the file ends too early');
    const length = (bytes[at]! << 8) | bytes[at + 1]!;
    const next = at + length;
    if (next > bytes.length) throw new BadImage('the file ends too early');
    if (length < 2) throw new BadImage('its segments are damaged');
    const segment = bytes.subarray(at + 2, next);
    if (marker === APP14 && startsWith(segment, 'Adobe')) ycck = segment[11] === 2;
    if (isFrame(marker)) frame = readFrame(marker, segment, ycck);
    if (marker === APP1 && startsWith(segment, 'Exif\0')) exif.push([at - 2, next]);
    at = marker === SCAN ? endOfScan(bytes, next) : next;
  }
  if (frame === undefined)
    throw new BadImage(
      `${stray.length > 0 ? 'its segments are damaged, ' : ''}it holds no picture`,
    );
  return { ...frame, exif, stray };
}

/** Finds the start of the next marker as libjpeg does: bytes of 255 that are not followed by 0. */
function startOfSegment(bytes: Uint8Array, at: number): number {
  for (; ; at++) {
    at = bytes.indexOf(0xff, at);
    if (at < 0) throw new BadImage('the file ends too early');
    let end = at;
    while (bytes[end] === 0xff) end++;
    if (bytes[end] !== 0) return at;
    at = end;
  }
}

function readFrame(marker: number, segment: Uint8Array, ycck: boolean) {
  if (marker > 0xc2)
    throw new BadImage(
      marker >= 0xc9 ? 'it is coded arithmetically' : 'it is a lossless or hierarchical JPEG',
    );
  if (segment.length < 6) throw new BadImage('its segments are damaged');
  const view = new DataView(segment.buffer, segment.byteOffset);
  const [depth, height, width] = [view.getUint8(0), view.getUint16(1), view.getUint16(3)];
  const components = view.getUint8(5);
  if (depth !== 8) throw new BadImage(`it has ${depth} bits per sample`);
  if (components === 4)
    throw new BadImage(
      `its colours are CMYK${ycck ? ', as YCCK' : ''}; convert it to RGB, in Python by Image.open(file).convert('RGB').save(file)`,
    );
  if (components !== 1 && components !== 3) throw new BadImage(`it has ${components} components`);
  checkImageSize(width, height, components);
  return { width, height, components } as const;
}

/** Finds the next marker that is not a restart; 255 followed by 0 is data. */
function endOfScan(bytes: Uint8Array, start: number): number {
  for (let at = start; ; at++) {
    at = bytes.indexOf(0xff, at);
    if (at < 0 || at + 1 >= bytes.length) throw new BadImage('the file ends too early');
    const marker = bytes[at + 1]!;
    if (marker !== 0 && marker !== 0xff && !isBare(marker)) return at;
  }
}

const startsWith = (segment: Uint8Array, text: string) =>
  [...text].every((letter, i) => segment[i] === letter.charCodeAt(0));

/** Returns the file without EXIF data, so that no decoder rotates the picture, and without stray bytes. */
export function cleaned(bytes: Uint8Array, { exif, stray }: JPEGFrame): Uint8Array {
  if (exif.length + stray.length === 0) return bytes;
  const ranges = [...exif, ...stray].sort(([one], [other]) => one - other);
  const removed = ranges.reduce((size, [from, to]) => size + to - from, 0);
  const result = new Uint8Array(bytes.length - removed);
  let [read, write] = [0, 0];
  for (const [from, to] of [...ranges, [bytes.length, bytes.length] as const]) {
    result.set(bytes.subarray(read, from), write);
    write += from - read;
    read = to;
  }
  return result;
}

/** Returns a warning about stray bytes; undefined if there are none. */
export function strayWarning({ stray }: JPEGFrame): string | undefined {
  if (stray.length === 0) return undefined;
  const count = stray.reduce((sum, [from, to]) => sum + to - from, 0);
  return `${count} bytes between its segments belong to none and were passed over`;
}
