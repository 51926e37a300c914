import { ByteReader } from './byte_reader.js';
import type { PickleValue, StorageRecord } from './pickle_values.js';
import { describe } from './describe.js';
import { readPickle } from './read_pickle.js';
import { cut, quote, refuse } from './refuse.js';
import { storageBytes } from './tensor_elements.js';
import type { TorchFile } from './torch_file.js';
import { TorchGlobals } from './torch_globals.js';

const MAGIC = 0x1950a86a20f9469cfc6cn;
const PROTOCOL = 1001;

/**
 * Reads a file from before PyTorch 1.6: pickles of a magic number, a version, facts about the machine, the object
 * and the keys of its storages; then each storage, with its size before it. All numbers are little-endian,
 * whatever machine wrote them.
 */
export async function readLegacy(bytes: Uint8Array): Promise<TorchFile> {
  const reader = new ByteReader(bytes);
  const world = new TorchGlobals();
  const next = (): Promise<PickleValue> => readPickle(reader, world);
  const magic = await next();
  if (magic !== MAGIC)
    refuse(
      `that begins with the magic number 0x${MAGIC.toString(16)}`,
      describe(magic),
      'It is a pickle that torch.save did not write.',
    );
  const version = await next();
  if (version !== PROTOCOL) refuse(`of version ${PROTOCOL} after the magic number`, version);
  await next(); // byte order and type sizes: the data does not depend on them
  const root = await next();
  const keys = await next();
  if (!Array.isArray(keys)) refuse('with a list of its storages', describe(keys));

  const places = new Map<string, number>();
  const parts: Uint8Array[] = [];
  for (const key of keys) {
    const record = typeof key === 'string' ? world.records.get(key) : undefined;
    if (record === undefined || places.has(record.key))
      refuse(
        'whose listed storages are used, each once',
        typeof key === 'string' ? cut(key) : describe(key),
      );
    const elements = reader.uint64();
    if (elements !== record.elements)
      refuse(`whose storage ${quote(record.key)} has ${record.elements} elements`, elements);
    places.set(record.key, parts.length);
    parts.push(reader.take(storageBytes(record)));
  }
  const order = ({ key }: StorageRecord): number =>
    places.get(key) ?? refuse(`that holds the storage ${quote(key)}`, 'no such storage');
  return {
    root,
    bigEndian: false,
    storages: () => ({ order, read: (record) => parts[order(record)]! }),
  };
}
