import { unzipSync } from 'fflate';
import { isGanKitError } from '../../errors.js';
import { ByteReader } from './byte_reader.js';
import type { StorageRecord } from './pickle_values.js';
import { readPickle } from './read_pickle.js';
import { cut, quote, refuse } from './refuse.js';
import type { TorchFile } from './torch_file.js';
import { TorchGlobals } from './torch_globals.js';

interface Entry {
  readonly name: string;
  /** The position in the directory of the zip file. */
  readonly index: number;
  readonly originalSize: number;
}

const MAX_ENTRIES = 65_536;
/**
 * The largest ratio of the unpacked size to the file's. PyTorch does not compress, and weights that somebody
 * compressed become a tenth smaller.
 */
const MAX_RATIO = 8;
/** The number of bytes to unpack at a time, so that a large file is not in memory twice. */
const BATCH_BYTES = 2 ** 25;

const STORED = 0;
const DEFLATED = 8;

/** Runs fflate; its errors about a damaged file become GanKitErrors. */
function unzip(
  bytes: Uint8Array,
  filter: Parameters<typeof unzipSync>[1],
): Record<string, Uint8Array> {
  try {
    return unzipSync(bytes, filter);
  } catch (error) {
    if (isGanKitError(error)) throw error;
    refuse(
      'that is a whole zip file',
      (error as Error).message.slice(0, 200),
      'The file was cut off or damaged; copy it again.',
    );
  }
}

/** Reads the directory, and checks its sizes against the file before anything is unpacked. */
function readDirectory(bytes: Uint8Array): ReadonlyMap<string, Entry> {
  const entries = new Map<string, Entry>();
  let packed = 0;
  let unpacked = 0;
  unzip(bytes, {
    filter: ({ name, size, originalSize, compression }) => {
      if (entries.size === MAX_ENTRIES) refuse(`of at most ${MAX_ENTRIES} zip entries`, 'more');
      if (entries.has(name)) refuse('with each zip entry once', cut(name));
      if (compression !== STORED && compression !== DEFLATED)
        refuse(`whose zip entry ${quote(name)} is stored or deflated`, `method ${compression}`);
      packed += size;
      unpacked += originalSize;
      if (packed > bytes.length || (compression === STORED && size !== originalSize))
        refuse(`whose zip entry ${quote(name)} fits the file of ${bytes.length} bytes`, size);
      if (unpacked > MAX_RATIO * bytes.length)
        refuse(`that unpacks to at most ${MAX_RATIO} times its size`, `more, at ${quote(name)}`);
      entries.set(name, { name, index: entries.size, originalSize });
      return false;
    },
  });
  return entries;
}

/** Unpacks some entries, and checks that they are complete. */
function unpack(bytes: Uint8Array, wanted: readonly Entry[]): Record<string, Uint8Array> {
  const names = new Set(wanted.map(({ name }) => name));
  const files = unzip(bytes, { filter: ({ name }) => names.has(name) });
  for (const { name, originalSize } of wanted)
    if (files[name]?.length !== originalSize)
      refuse(
        `whose zip entry ${quote(name)} has ${originalSize} bytes`,
        files[name]?.length,
        'The file was cut off or damaged; copy it again.',
      );
  return files;
}

/** A reader that unpacks several entries at a time. Each is unpacked once if they are read in their order. */
class EntryReader {
  private batch: Record<string, Uint8Array> = {};

  constructor(
    private readonly bytes: Uint8Array,
    /** The entries in the order of the directory. */
    private readonly entries: readonly Entry[],
  ) {}

  read(entry: Entry): Uint8Array {
    if (!Object.hasOwn(this.batch, entry.name)) {
      const wanted: Entry[] = [];
      let size = 0;
      for (const next of this.entries.slice(this.entries.indexOf(entry))) {
        size += next.originalSize;
        if (wanted.length > 0 && size > BATCH_BYTES) break;
        wanted.push(next);
      }
      this.batch = unpack(this.bytes, wanted);
    }
    return this.batch[entry.name]!;
  }
}

/** Returns whether there is code next to the pickle, as in TorchScript files. */
const isProgram = (entries: ReadonlyMap<string, Entry>, folder: string): boolean =>
  entries.has(`${folder}constants.pkl`) ||
  [...entries.keys()].some((name) => name.startsWith(`${folder}code/`));

/** Reads a file of PyTorch 1.6 and later: a zip of `data.pkl`, and of `data/0`, `data/1` … in one folder. */
export async function readZip(bytes: Uint8Array): Promise<TorchFile> {
  const entries = readDirectory(bytes);
  const pickles = [...entries.values()].filter(({ name }) => /^[^/]+\/data\.pkl$/.test(name));
  const [pickle] = pickles;
  if (pickle === undefined || pickles.length > 1)
    refuse(
      'with one folder that holds a data.pkl',
      pickles.length === 0 ? [...entries.keys()].map((name) => cut(name)) : pickles.length,
      'It is a zip file that torch.save did not write.',
    );
  const folder = pickle.name.slice(0, -'data.pkl'.length);
  if (isProgram(entries, folder))
    refuse(
      'that torch.save wrote',
      'a TorchScript program, which torch.jit.save wrote',
      'In Python: torch.save(torch.jit.load(path).state_dict(), other).',
    );
  const endian = entries.get(`${folder}byteorder`); // missing before PyTorch 2.1
  const files = unpack(bytes, endian === undefined ? [pickle] : [pickle, endian]);
  const order =
    endian === undefined ? 'little' : new ByteReader(files[endian.name]!).text(endian.originalSize);
  if (order !== 'little' && order !== 'big')
    refuse("whose byteorder is 'little' or 'big'", cut(order));

  const entryOf = ({ key }: StorageRecord): Entry =>
    entries.get(`${folder}data/${key}`) ??
    refuse(`that holds the storage ${quote(key)}`, 'no such zip entry');
  return {
    root: await readPickle(new ByteReader(files[pickle.name]!), new TorchGlobals()),
    bigEndian: order === 'big',
    storages: (needed) => {
      const wanted = new Set([...needed].map(entryOf));
      const reader = new EntryReader(
        bytes,
        [...wanted].sort((a, b) => a.index - b.index),
      );
      return {
        order: (record) => entryOf(record).index,
        read: (record, count) => {
          const entry = entryOf(record);
          if (entry.originalSize !== count)
            refuse(`whose storage ${quote(record.key)} has ${count} bytes`, entry.originalSize);
          return reader.read(entry);
        },
      };
    },
  };
}
