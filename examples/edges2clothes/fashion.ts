import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** The names of the classes, at the index of their number. */
export const CLASSES = [
  'T-shirt',
  'trousers',
  'pullover',
  'dress',
  'coat',
  'sandal',
  'shirt',
  'sneaker',
  'bag',
  'ankle boot',
] as const;

/** One half of Fashion-MNIST: the bytes of the file, 28×28 for each picture, and the classes. */
export interface Clothes {
  readonly count: number;
  readonly pixels: Uint8Array;
  readonly classes: Uint8Array;
}

/** The side of a picture in the file, in pixels. */
export const STORED = 28;

/** The folder of the files in Debian's package. */
const DEBIAN = '/usr/share/datasets/fashion-mnist';

/** Returns the given folder, or that of the environment, or Debian's. */
export const dataFolder = (named?: string): string =>
  named ?? process.env['FASHION_MNIST'] ?? DEBIAN;

/**
 * Reads the 60,000 training or the 10,000 test pictures of Fashion-MNIST.
 *
 * @param split The half.
 * @param folder The folder with the four `.gz` files.
 * @throws Error if a file is missing, with advice where to get it, or if it is another kind of file.
 *
 * @see Xiao, Rasul and Vollgraf 2017, arXiv 1708.07747
 */
export function readFashion(split: 'train' | 't10k', folder: string): Clothes {
  const images = readIdx(join(folder, `${split}-images-idx3-ubyte.gz`), [STORED, STORED]);
  const labels = readIdx(join(folder, `${split}-labels-idx1-ubyte.gz`), []);
  if (images.count !== labels.count)
    throw new Error(`${folder}: ${images.count} images of ${split}, but ${labels.count} labels`);
  if (labels.bytes.some((label) => label >= CLASSES.length))
    throw new Error(`${folder}: a label of ${split} is no class from 0 to ${CLASSES.length - 1}`);
  return { count: images.count, pixels: images.bytes, classes: labels.bytes };
}

/** Reads an IDX file of bytes. Its header: two zeros, the type 8, the rank, and each size as a big-endian integer. */
function readIdx(path: string, shape: readonly number[]): { count: number; bytes: Uint8Array } {
  if (!existsSync(path))
    throw new Error(
      `${path} is missing. Fashion-MNIST comes with \`apt-get install dataset-fashion-mnist\` on Debian ` +
        'and Ubuntu; elsewhere, put the four .gz files of github.com/zalandoresearch/fashion-mnist into a ' +
        'folder and name it by --data or by FASHION_MNIST in the environment.',
    );
  const file = unpacked(path);
  const header = 4 + 4 * (1 + shape.length);
  const word = (place: number) => (file.length < 4 * place + 4 ? -1 : file.readUInt32BE(4 * place));
  const expected = [0x0800 + 1 + shape.length, word(1), ...shape];
  const size = shape.reduce((product, side) => product * side, word(1));
  if (expected.some((value, place) => word(place) !== value) || file.length !== header + size)
    throw new Error(
      `${path} is no IDX file of bytes [n${shape.map((side) => `,${side}`).join('')}]`,
    );
  return { count: word(1), bytes: new Uint8Array(file).subarray(header) };
}

function unpacked(path: string): Buffer {
  try {
    return gunzipSync(readFileSync(path));
  } catch (cause) {
    throw new Error(`${path} is no gzip file, or only a part of one`, { cause });
  }
}
