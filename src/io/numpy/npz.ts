import { unzipSync, zipSync } from 'fflate';
import type { UnzipFileInfo } from 'fflate';
import { fail } from '../../internal/check.js';
import { decodeNpy, encodeNpy } from './npy.js';
import type { NumpyArray } from './npy.js';

/** Writes named arrays as a .npz file, as `numpy.savez` does; equal arrays give equal bytes. */
export function encodeNpz(arrays: Readonly<Record<string, NumpyArray>>): Uint8Array {
  const files = Object.entries(arrays).map(
    ([name, array]) => [`${name}.npy`, encodeNpy(array)] as const,
  );
  // the earliest date that a zip file can have, in any time zone
  return zipSync(Object.fromEntries(files), { level: 0, mtime: new Date(1980, 0, 1) });
}

/** A reader of a .npz file of `numpy.savez` or `savez_compressed`, which reads the arrays one by one. */
export class NpzReader {
  /** The unpacked size of each array's .npy file in bytes, by the array's name. */
  readonly sizes: ReadonlyMap<string, number>;

  constructor(
    private readonly where: string,
    private readonly bytes: Uint8Array,
  ) {
    const sizes = new Map<string, number>();
    this.unzip(({ name, originalSize }) => {
      if (name.endsWith('.npy')) sizes.set(name.slice(0, -'.npy'.length), originalSize);
      return false;
    });
    this.sizes = sizes;
  }

  /** Reads one array; refuses it if its entry declares more than `most` unpacked bytes. */
  read(name: string, most: number): NumpyArray {
    const size = this.sizes.get(name);
    if (size === undefined || size > most)
      fail(
        ...([
          'value',
          this.where,
          'bytes',
          `a file with ${name} of at most ${most} bytes`,
        ] as const),
        size ?? `a file of ${[...this.sizes.keys()].join(', ') || 'no arrays'}`,
      );
    const unpacked = this.unzip((entry) => entry.name === `${name}.npy`)[`${name}.npy`]!;
    return decodeNpy(this.where, name, unpacked);
  }

  private unzip(filter: (entry: UnzipFileInfo) => boolean): Record<string, Uint8Array> {
    try {
      return unzipSync(this.bytes, { filter });
    } catch (error) {
      fail(
        ...(['value', this.where, 'bytes', 'a whole .npz file'] as const),
        (error as Error).message.slice(0, 200),
        'The file was cut off or damaged, or is of another kind.',
      );
    }
  }
}
