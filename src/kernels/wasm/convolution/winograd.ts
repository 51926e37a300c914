import type { Address, Simd } from '../runtime/simd.js';

const BYTES = Float32Array.BYTES_PER_ELEMENT;
/** Elements of a tile in either direction, and its products. */
const [TILE, PLANES] = [6, 36];
/** Most bytes of transformed tiles, to stay in the second cache, unless four tiles have more. */
const MOST_BYTES = 2 ** 20;
/** Most bytes of a transformed filter that stays in the second cache. */
const MOST_FILTER_BYTES = 3 * 2 ** 19;
/** Most bytes of taps and of a plane of them of one task, to stay in the second cache. */
const MOST_TAP_BYTES = 2 ** 18;
/** Fewest tiles of a task, as each task transforms its filter. */
const FEWEST_TILES = 32;
/** Most bytes of transformed tiles of a large convolution or a filter gradient at once. */
const MOST_TRANSFORMED = 2 ** 24;
/** The tiles whose products take as long as the transform of the filter; measured on pix2pix. */
const TILES_OF_FILTER = 16;
/** Bytes that keep planes from lying a power of two apart, where they would evict each other from the cache. */
const LINE = 64;

/** The strides of a convolution's images or results, in elements. */
interface Strides {
  readonly image: number;
  readonly row: number;
  readonly column: number;
}

/** A convolution of stride 1, whatever the strides of its image and results in memory. */
export interface TiledConvolution {
  readonly batch: number;
  readonly inChannels: number;
  readonly outChannels: number;
  /** The size of its results. */
  readonly height: number;
  readonly width: number;
  readonly tapRows: number;
  readonly tapColumns: number;
  /** Framed images, {@link tilesOf} long and wide. */
  readonly x: Address;
  readonly xStrides: Strides;
  readonly y: Address;
  readonly yStrides: Strides;
  readonly filter: Address;
  readonly filterStrides: { row: number; column: number; in: number; out: number };
  /** Whether results are added to the existing values. */
  readonly adds: boolean;
}

interface Tiles {
  /** Largest number of taps, r, of F(7 − r, r). */
  readonly taps: number;
  readonly rows: number;
  readonly columns: number;
  /** Size of the part of an image that the tiles see. */
  readonly height: number;
  readonly width: number;
}
type Size = Pick<TiledConvolution, 'height' | 'width' | 'tapRows' | 'tapColumns'>;

/** Returns the tiles of an image, for at most five taps. */
export function tilesOf({ height, width, tapRows, tapColumns }: Size): Tiles {
  const taps = Math.max(2, tapRows, tapColumns);
  const size = TILE + 1 - taps;
  const [rows, columns] = [Math.ceil(height / size), Math.ceil(width / size)];
  return { taps, rows, columns, height: rows * size + taps - 1, width: columns * size + taps - 1 };
}

/**
 * Tells whether tiles take less time than the convolution itself, in multiplications: of the products,
 * of the transforms, for which 4 × 4 stands in, and of that of the filter, for which tiles do.
 */
export function prefersTiles(
  batch: number,
  inChannels: number,
  outChannels: number,
  parts: readonly Size[],
): boolean {
  if (inChannels % 4 !== 0 || outChannels % 4 !== 0) return false;
  if (parts.some(({ tapRows, tapColumns }) => Math.max(tapRows, tapColumns) > 5)) return false;
  let [direct, tiled] = [0, 0];
  for (const part of parts) {
    const { rows, columns } = tilesOf(part);
    direct += batch * part.height * part.width * part.tapRows * part.tapColumns;
    tiled +=
      PLANES * (batch * rows * columns * transformed(inChannels, outChannels) + TILES_OF_FILTER);
  }
  return tiled < 0.9 * direct;
}

/** Returns the cost of a tile, in products of one element of it. */
const transformed = (inChannels: number, outChannels: number): number =>
  1 + 16 / inChannels + 16 / outChannels;

/** Convolves by Winograd's algorithm; see assembly/winograd.ts and winograd_planes.ts. */
export function convolveByTiles(simd: Simd, conv: TiledConvolution): void {
  const filterBytes = PLANES * conv.inChannels * conv.outChannels * BYTES;
  const tileBytes = PLANES * (conv.inChannels + conv.outChannels) * BYTES;
  // many tiles use a filter often enough to have it transformed once, unless it is as large as all caches
  const fewTiles = countOf(conv) * tileBytes <= MOST_TRANSFORMED;
  if (filterBytes > (fewTiles ? MOST_FILTER_BYTES : MOST_TRANSFORMED)) convolveByPlanes(simd, conv);
  else convolveTilesWhole(simd, conv);
}

/** Convolves a few tiles after the other, with a transformed filter that fits into a cache. */
function convolveTilesWhole(simd: Simd, conv: TiledConvolution): void {
  const { inChannels, outChannels } = conv;
  const tiles = countOf(conv);
  const most = upTo4(MOST_BYTES / (PLANES * (inChannels + outChannels) * BYTES));
  const tilesOfTask = Math.min(96, most, upTo4(tiles / (2 * simd.threads) + 3));
  const dataPlane = tilesOfTask * inChannels * BYTES + LINE;
  const sumPlane = tilesOfTask * outChannels * BYTES + LINE;
  const threadBytes = PLANES * (dataPlane + sumPlane) + simd.winogradScratch();
  const uPlane = inChannels * upTo8(outChannels) * BYTES + LINE;
  const channels = Math.max(inChannels, outChannels);
  const memory = {
    planes: simd.threads * threadBytes,
    u: PLANES * uPlane,
    dataRows: tilesOfTask * BYTES,
    sumRows: tilesOfTask * BYTES,
    channels: channels * BYTES,
    fields: MOST_FIELDS * BYTES,
  };
  withParts(simd, memory, (at) => {
    writeLine(simd, at.dataRows, tilesOfTask, inChannels);
    writeLine(simd, at.sumRows, tilesOfTask, outChannels);
    writeLine(simd, at.channels, channels, 1);
    const count = writeFields(simd, at.fields, conv, {
      ...at,
      ...{ tiles, tilesOfTask, uPlane, threadBytes, dataPlane, sumPlane },
      scratch: simd.scratch,
      adds: conv.adds,
    });
    simd.winograd(simd.job, at.fields, count);
  });
}

/** Convolves all tiles plane by plane: the transformed filter would not fit into a cache. */
function convolveByPlanes(simd: Simd, conv: TiledConvolution): void {
  const { inChannels, outChannels, tapRows, tapColumns } = conv;
  const all = countOf(conv);
  const atOnce = equalParts(all, MOST_TRANSFORMED / (PLANES * (inChannels + outChannels) * BYTES));
  const ofChannel = (tapRows * tapColumns + tapColumns + 1) * inChannels * BYTES;
  const most = Math.max(8, Math.min(64, 8 * Math.floor(MOST_TAP_BYTES / ofChannel / 8)));
  const outBlock = Math.min(most, upTo8(Math.ceil(outChannels / (2 * simd.threads))));
  const blocks = Math.ceil(outChannels / outBlock);
  const dataPlane = 4 * inChannels * BYTES + LINE;
  const uPlane = upTo4(atOnce + 3) * inChannels * BYTES + LINE;
  const sumPlane = atOnce * outChannels * BYTES + LINE;
  const ofTask = Math.max(PLANES * dataPlane, ofChannel * outBlock);
  const threadBytes = ofTask + LINE + simd.planesScratch();
  const channels = Math.max(inChannels, outChannels);
  const memory = {
    planes: simd.threads * threadBytes,
    u: PLANES * uPlane,
    sums: PLANES * sumPlane,
    dataRows: 4 * BYTES,
    sumRows: atOnce * BYTES,
    channels: channels * BYTES,
    fields: MOST_FIELDS * BYTES,
  };
  withParts(simd, memory, (at) => {
    writeLine(simd, at.dataRows, 4, inChannels);
    writeLine(simd, at.sumRows, atOnce, outChannels);
    writeLine(simd, at.channels, channels, 1);
    const parts = Math.ceil((2 * simd.threads) / blocks);
    for (let firstTile = 0; firstTile < all; firstTile += atOnce) {
      const tiles = Math.min(atOnce, all - firstTile);
      const ranges = Math.max(1, Math.min(parts, Math.floor(tiles / FEWEST_TILES)));
      const count = writeFields(simd, at.fields, conv, {
        ...at,
        ...{ tiles, tilesOfTask: 4, uPlane, threadBytes, dataPlane, sumPlane, firstTile },
        ...{ outBlock, ranges, scratch: simd.scratch, adds: conv.adds },
      });
      simd.winogradPlanes(simd.job, at.fields, count);
    }
  });
}

/**
 * Computes the filter gradient of such a convolution: `y` has the slopes, and `filter` gets the
 * gradient. See assembly/winograd_filter.ts.
 */
export function filterGradientByTiles(simd: Simd, conv: TiledConvolution): void {
  const { inChannels, outChannels } = conv;
  const all = countOf(conv);
  const atOnce = equalParts(all, MOST_TRANSFORMED / (PLANES * (inChannels + outChannels) * BYTES));
  const dataPlane = atOnce * inChannels * BYTES + LINE;
  const uPlane = atOnce * upTo8(outChannels) * BYTES + LINE;
  const sumPlane = inChannels * outChannels * BYTES + LINE;
  const threadBytes = simd.winogradScratch();
  const memory = {
    planes: PLANES * dataPlane,
    u: PLANES * uPlane,
    sums: PLANES * sumPlane,
    scratch: simd.threads * threadBytes,
    sumRows: inChannels * BYTES,
    channels: outChannels * BYTES,
    fields: MOST_FIELDS * BYTES,
  };
  withParts(simd, memory, (at) => {
    writeLine(simd, at.sumRows, inChannels, outChannels);
    writeLine(simd, at.channels, outChannels, 1);
    let count = 0;
    for (let firstTile = 0; firstTile < all; firstTile += atOnce) {
      const tiles = Math.min(atOnce, all - firstTile);
      count = writeFields(simd, at.fields, conv, {
        ...at,
        ...{ tiles, tilesOfTask: 16, uPlane, threadBytes, dataPlane, sumPlane, firstTile },
        dataRows: 0,
        adds: firstTile > 0,
      });
      simd.winogradFilter(simd.job, at.fields, count);
    }
    simd.winogradGradient(simd.job, at.fields, count);
  });
}

/** Returns the size of equal parts of `all`, at most `most` rounded to a multiple of 4. */
const equalParts = (all: number, most: number): number =>
  Math.min(all, 4 * Math.ceil(all / Math.ceil(all / upTo4(most)) / 4));
const upTo4 = (n: number): number => Math.max(4, 4 * Math.floor(n / 4));
const upTo8 = (n: number): number => 8 * Math.ceil(n / 8);

function countOf(conv: TiledConvolution): number {
  const { rows, columns } = tilesOf(conv);
  return conv.batch * rows * columns;
}

/** Calls `f` with the addresses of parts of memory, of the given `bytes`. */
function withParts<Name extends string>(
  simd: Simd,
  bytes: Readonly<Record<Name, number>>,
  f: (at: Readonly<Record<Name, Address>>) => void,
): void {
  const names = Object.keys(bytes) as Name[];
  const size = names.reduce((sum, name) => sum + bytes[name], 0);
  simd.withMemory(size, (memory) => {
    let at = memory;
    const parts = {} as Record<Name, Address>;
    for (const name of names) {
      parts[name] = at;
      at += bytes[name];
    }
    f(parts);
  });
}

function writeLine(simd: Simd, to: Address, count: number, stride: number): void {
  simd.offsets(to, 1, 0, 1, 0, count, stride * BYTES);
}

/** Most numbers that describe a convolution. */
const MOST_FIELDS = 48;

interface TileMemory {
  readonly tiles: number;
  readonly tilesOfTask: number;
  readonly adds: boolean;
  readonly u: Address;
  readonly uPlane: number;
  readonly planes: Address;
  readonly threadBytes: number;
  readonly dataPlane: number;
  readonly sumPlane: number;
  readonly dataRows: Address;
  readonly sumRows: Address;
  readonly channels: Address;
  readonly scratch: Address;
  readonly firstTile?: number;
  readonly sums?: Address;
  readonly outBlock?: number;
  readonly ranges?: number;
}

/** Writes the fields of the class in assembly/winograd.ts, in their order; returns their number. */
function writeFields(simd: Simd, to: Address, conv: TiledConvolution, memory: TileMemory): number {
  const { filterStrides } = conv;
  const { taps, rows, columns } = tilesOf(conv);
  const kind = 0;
  const values = [
    ...[kind, conv.x, ...inBytes(conv.xStrides), conv.y, ...inBytes(conv.yStrides)],
    ...[conv.height, conv.width],
    ...[conv.filter, filterStrides.row * BYTES, filterStrides.column * BYTES],
    ...[filterStrides.in * BYTES, filterStrides.out * BYTES],
    ...[conv.tapRows, conv.tapColumns, taps, conv.inChannels, conv.outChannels],
    ...[rows, columns, memory.tiles, memory.tilesOfTask, Number(memory.adds)],
    ...[memory.u, memory.uPlane, memory.planes, memory.threadBytes],
    ...[memory.dataPlane, memory.sumPlane, memory.dataRows, memory.sumRows, memory.channels],
    ...[memory.scratch, memory.firstTile ?? 0, memory.sums ?? 0],
    ...[memory.outBlock ?? 0, memory.ranges ?? 0],
  ];
  simd.writeIntegers(to, values);
  return values.length;
}

const inBytes = ({ image, row, column }: Strides): number[] => [
  image * BYTES,
  row * BYTES,
  column * BYTES,
];
