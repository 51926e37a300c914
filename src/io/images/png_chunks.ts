import { BadImage, checkImageSize } from './bad_image.js';

/** The content of a PNG file's header. */
export interface PNGHeader {
  readonly width: number;
  readonly height: number;
  /** The number of bits per sample: 1, 2, 4, 8 or 16. */
  readonly depth: number;
  readonly colour: 'grey' | 'rgb' | 'palette' | 'grey-alpha' | 'rgb-alpha';
  readonly interlaced: boolean;
}

/** The parts of a PNG file that determine its pixels. */
export interface PNGParts {
  readonly header: PNGHeader;
  /** The palette in RGB, three bytes per entry; empty if there is none. */
  readonly palette: Uint8Array;
  /** The alpha of the palette's entries, or the samples of the single clear colour; empty if there is none. */
  readonly transparency: Uint8Array;
  readonly compressed: Uint8Array;
}

export const PNG_SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] as const;

/** The kinds of colour by their number in the header: the name, and the depths that are allowed with it. */
const COLOURS: Readonly<Record<number, readonly [PNGHeader['colour'], readonly number[]]>> = {
  0: ['grey', [1, 2, 4, 8, 16]],
  2: ['rgb', [8, 16]],
  3: ['palette', [1, 2, 4, 8]],
  4: ['grey-alpha', [8, 16]],
  6: ['rgb-alpha', [8, 16]],
};

/** The number of samples in a pixel of the file. */
export const PNG_SAMPLES: Readonly<Record<PNGHeader['colour'], 1 | 2 | 3 | 4>> = {
  grey: 1,
  palette: 1,
  'grey-alpha': 2,
  rgb: 3,
  'rgb-alpha': 4,
};

/** The types of chunks, each as the number that its four letters form. */
const [IHDR, PLTE, TRNS, IDAT, IEND] = [0x49484452, 0x504c5445, 0x74524e53, 0x49444154, 0x49454e44];

/**
 * Splits a PNG file into its parts, strictly: every checksum is compared, and the end chunk must be present.
 * Chunks that do not change the samples (gamma, colour profiles) are ignored.
 */
export function readPNGChunks(bytes: Uint8Array): PNGParts {
  if (PNG_SIGNATURE.some((byte, i) => bytes[i] !== byte)) throw new BadImage('it is no PNG file');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let header: PNGHeader | undefined;
  let palette: Uint8Array = new Uint8Array(0);
  let transparency: Uint8Array = new Uint8Array(0);
  const data: [number, number][] = []; // begin and end; there are files with a chunk for each byte
  for (let at = 8; ;) {
    if (at + 12 > bytes.length) throw new BadImage('the file ends too early');
    const [from, to] = [at + 8, at + 8 + view.getUint32(at)];
    if (to + 4 > bytes.length) throw new BadImage('the file ends too early');
    const type = view.getUint32(at + 4);
    if (crc32(bytes, at + 4, to) !== view.getUint32(to))
      throw new BadImage(`the checksum of its ${nameOf(type)} chunk is wrong`);
    if ((header === undefined) !== (type === IHDR))
      throw new BadImage('its header does not come first, once');
    if (type === IHDR) header = readHeader(bytes.subarray(from, to));
    else if (type === PLTE) palette = checkPalette(bytes.subarray(from, to));
    else if (type === TRNS) transparency = bytes.subarray(from, to);
    else if (type === IDAT) data.push([from, to]);
    else if (type === IEND) break;
    else if (/^[A-Z]/.test(String.fromCharCode(bytes[at + 4]!)))
      throw new BadImage(`it has a ${nameOf(type)} chunk, which is not of PNG 1.2`);
    at = to + 4;
  }
  if (header!.colour === 'palette' && palette.length === 0)
    throw new BadImage('it has no palette, and needs one');
  if (data.length === 0) throw new BadImage('it holds no pixels');
  return { header: header!, palette, transparency, compressed: joined(bytes, data) };
}

function joined(bytes: Uint8Array, parts: readonly [number, number][]): Uint8Array {
  if (parts.length === 1) return bytes.subarray(...parts[0]!);
  const result = new Uint8Array(parts.reduce((size, [from, to]) => size + to - from, 0));
  let write = 0;
  for (const [from, to] of parts) for (let at = from; at < to; at++) result[write++] = bytes[at]!;
  return result;
}

function readHeader(data: Uint8Array): PNGHeader {
  if (data.length !== 13) throw new BadImage('its header is not of 13 bytes');
  const view = new DataView(data.buffer, data.byteOffset, 13);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth, colourType, compression, filter, interlace] = data.subarray(8) as unknown as [
    number,
    number,
    number,
    number,
    number,
  ];
  const [colour, depths] = COLOURS[colourType] ?? [];
  if (colour === undefined || !depths!.includes(depth))
    throw new BadImage(`its colour type ${colourType} with ${depth} bits does not exist`);
  if (compression !== 0 || filter !== 0 || interlace > 1)
    throw new BadImage('its methods of compression, filtering or interlacing do not exist');
  checkImageSize(width, height, 1); // the bytes of a pixel are known later
  return { width, height, depth, colour, interlaced: interlace === 1 };
}

function checkPalette(data: Uint8Array): Uint8Array {
  if (data.length === 0 || data.length % 3 !== 0 || data.length > 768)
    throw new BadImage(`its palette has ${data.length} bytes`);
  return data;
}

function nameOf(type: number): string {
  const name = String.fromCharCode(...[24, 16, 8, 0].map((shift) => (type >>> shift) & 255));
  return /^[A-Za-z]{4}$/.test(name) ? name : 'nameless';
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? 0xedb88320 ^ (crc >>> 1) : crc >>> 1;
  return crc;
});

function crc32(bytes: Uint8Array, from: number, to: number): number {
  let crc = -1;
  for (let at = from; at < to; at++) crc = CRC_TABLE[(crc ^ bytes[at]!) & 255]! ^ (crc >>> 8);
  return ~crc >>> 0;
}
