import type { Address, Simd } from './simd.js';

const BYTES = Float32Array.BYTES_PER_ELEMENT;
/** Elements of a tile in either direction, and products of one. */
const [TILE, PLANES] = [6, 36];
/** Transformed tiles stay in the second cache: no more bytes than this, if four tiles have not more. */
const MOST_BYTES = 2 ** 20;
/** What keeps planes from lying a power of two apart, which makes them push each other out of the cache. */
const LINE = 64;

/** The distances of what a convolution goes through, in elements. */
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
  /** Whether results are added to what is there. */
  readonly adds: boolean;
}

interface Tiles {
  /** The most taps, r, of F(7 − r, r). */
  readonly taps: number;
  readonly rows: number;
  readonly columns: number;
  /** How much of an image the tiles see. */
  readonly height: number;
  readonly width: number;
}
type Size = Pick<TiledConvolution, 'height' | 'width' | 'tapRows' | 'tapColumns'>;

/** The tiles of an image; more than five taps have none. */
export function tilesOf({ height, width, tapRows, tapColumns }: Size): Tiles {
  const taps = Math.max(2, tapRows, tapColumns);
  const size = TILE + 1 - taps;
  const [rows, columns] = [Math.ceil(height / size), Math.ceil(width / size)];
  return { taps, rows, columns, height: rows * size + taps - 1, width: columns * size + taps - 1 };
}

/**
 * Whether tiles take less time than the convolution itself, in multiplications: of the products, of the
 * transforms, for which 4 × 4 stands in, and of those of the filter.
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
    tiled += PLANES * (batch * rows * columns * transformed(inChannels, outChannels) + 4);
  }
  return tiled < 0.9 * direct;
}

/** What a tile costs, in products of one element of it. */
const transformed = (inChannels: number, outChannels: number): number =>
  1 + 16 / inChannels + 16 / outChannels;

/** Convolves by Winograd's algorithm; assembly/winograd.ts says how. */
export function convolveByTiles(simd: Simd, conv: TiledConvolution): void {
  const { batch, inChannels, outChannels, xStrides, yStrides, filterStrides } = conv;
  const { taps, rows, columns } = tilesOf(conv);
  const tiles = batch * rows * columns;
  const upTo4 = (n: number) => Math.max(4, 4 * Math.floor(n / 4));
  const most = upTo4(MOST_BYTES / (PLANES * (inChannels + outChannels) * BYTES));
  const tilesOfTask = Math.min(96, most, upTo4(tiles / (2 * simd.threads) + 3));
  const [dataPlane, sumPlane] = [inChannels, outChannels].map(
    (channels) => tilesOfTask * channels * BYTES + LINE,
  ) as [number, number];
  const threadBytes = PLANES * (dataPlane + sumPlane) + simd.winogradScratch();
  const uPlane = inChannels * 8 * Math.ceil(outChannels / 8) * BYTES + LINE;
  const channels = Math.max(inChannels, outChannels);
  const tables = (2 * tilesOfTask + channels) * BYTES;
  const bytes = simd.threads * threadBytes + PLANES * uPlane + tables + MOST_FIELDS * BYTES;
  simd.withMemory(bytes, (planes) => {
    const u = planes + simd.threads * threadBytes;
    const dataRows = u + PLANES * uPlane;
    const sumRows = dataRows + tilesOfTask * BYTES;
    const channelTable = sumRows + tilesOfTask * BYTES;
    const fields = channelTable + channels * BYTES;
    const line = (to: Address, count: number, stride: number) =>
      simd.offsets(to, 1, 0, 1, 0, count, stride * BYTES);
    line(dataRows, tilesOfTask, inChannels);
    line(sumRows, tilesOfTask, outChannels);
    line(channelTable, channels, 1);
    // in the order of the fields of the class in assembly/winograd.ts
    const values = [
      ...[0, conv.x, ...inBytes(xStrides), conv.y, ...inBytes(yStrides), conv.height, conv.width],
      ...[conv.filter, filterStrides.row * BYTES, filterStrides.column * BYTES],
      ...[filterStrides.in * BYTES, filterStrides.out * BYTES],
      ...[conv.tapRows, conv.tapColumns, taps, inChannels, outChannels, rows, columns, tiles],
      ...[tilesOfTask, Number(conv.adds), u, uPlane, planes, threadBytes, dataPlane, sumPlane],
      ...[dataRows, sumRows, channelTable, simd.scratch],
    ];
    simd.writeIntegers(fields, values);
    simd.winograd(simd.job, fields, values.length);
  });
}

/** Numbers that a convolution is described by, at most. */
const MOST_FIELDS = 48;

const inBytes = ({ image, row, column }: Strides): number[] => [
  image * BYTES,
  row * BYTES,
  column * BYTES,
];
