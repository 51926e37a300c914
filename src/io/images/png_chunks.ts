import { BadImage, checkImageSize } from './bad_image.js';

/** What the header of a PNG file says. */
export interface PNGHeader {
  readonly width: number;
  readonly height: number;
  /** Bits per sample: 1, 2, 4, 8 or 16. */
  readonly depth: number;
  readonly colour: 'grey' | 'rgb' | 'palette' | 'grey-alpha' | 'rgb-alpha';
  readonly interlaced: boolean;
}

/** The parts of a PNG file that make its pixels. */
export interface PNGParts {
  readonly header: PNGHeader;
  /** RGB, three bytes per entry; empty without one. */
  readonly palette: Uint8Array;
  /** The compressed data, in pieces. */
  readonly compressed: readonly Uint8Array[];
}

export const PNG_SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] as const;

/** By the number that the header has: the name, and the depths that may go with it. */
const COLOURS: Readonly<Record<number, readonly [PNGHeader['colour'], readonly number[]]>> = {
  0: ['grey', [1, 2, 4, 8, 16]],
  2: ['rgb', [8, 16]],
  3: ['palette', [1, 2, 4, 8]],
  4: ['grey-alpha', [8, 16]],
  6: ['rgb-alpha', [8, 16]],
};

/** Samples in a pixel of the file. */
export const PNG_SAMPLES: Readonly<Record<PNGHeader['colour'], 1 | 2 | 3 | 4>> = {
  grey: 1,
  palette: 1,
  'grey-alpha': 2,
  rgb: 3,
  'rgb-alpha': 4,
};

/**
 * Takes a PNG file apart, strictly: every checksum is compared, and the file must end with its end
 * chunk. Chunks that the pixels do not need (gamma, profiles, transparency) are passed over.
 */
export function readPNGChunks(bytes: Uint8Array): PNGParts {
  if (PNG_SIGNATURE.some((byte, i) => bytes[i] !== byte)) throw new BadImage('it is no PNG file');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let header: PNGHeader | undefined;
  let palette: Uint8Array = new Uint8Array(0);
  const compressed: Uint8Array[] = [];
  for (let at = 8; ;) {
    if (at + 12 > bytes.length) throw new BadImage('the file ends too early');
    const length = view.getUint32(at);
    if (at + 12 + length > bytes.length) throw new BadImage('the file ends too early');
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const data = bytes.subarray(at + 8, at + 8 + length);
    if (crc32(bytes.subarray(at + 4, at + 8 + length)) !== view.getUint32(at + 8 + length))
      throw new BadImage(`the checksum of its ${printable(type)} chunk is wrong`);
    if ((header === undefined) !== (type === 'IHDR'))
      throw new BadImage('its header does not come first, once');
    if (type === 'IHDR') header = readHeader(data);
    else if (type === 'PLTE') palette = checkPalette(data);
    else if (type === 'IDAT') compressed.push(data);
    else if (type === 'IEND') break;
    else if (/^[A-Z]/.test(type))
      throw new BadImage(`it has a ${printable(type)} chunk, which is not of PNG 1.2`);
    at += 12 + length;
  }
  if (header!.colour === 'palette' && palette.length === 0)
    throw new BadImage('it has no palette, and needs one');
  if (compressed.length === 0) throw new BadImage('it holds no pixels');
  return { header: header!, palette, compressed };
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
  checkImageSize(width, height, 4 * Math.ceil(depth / 8));
  return { width, height, depth, colour, interlaced: interlace === 1 };
}

function checkPalette(data: Uint8Array): Uint8Array {
  if (data.length === 0 || data.length % 3 !== 0 || data.length > 768)
    throw new BadImage(`its palette has ${data.length} bytes`);
  return data;
}

const printable = (type: string) => (/^[A-Za-z]{4}$/.test(type) ? type : 'nameless');

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? 0xedb88320 ^ (crc >>> 1) : crc >>> 1;
  return crc;
});

function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) crc = CRC_TABLE[(crc ^ byte) & 255]! ^ (crc >>> 8);
  return ~crc >>> 0;
}
