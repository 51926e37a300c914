import type { PickleValue, StorageRecord } from './pickle_values.js';

/** The bytes of some storages. */
export interface StorageReader {
  /** Where a storage stands in the file; storages are to be read in this order. */
  order(record: StorageRecord): number;
  /** The bytes of a storage; `count` is how many there must be. */
  read(record: StorageRecord, count: number): Uint8Array;
}

/** A file whose pickle is read and whose storages are not yet. */
export interface TorchFile {
  /** What was given to torch.save. */
  readonly root: PickleValue;
  readonly bigEndian: boolean;
  /** Access to the storages that are needed, and no others. */
  storages(needed: Iterable<StorageRecord>): StorageReader;
}
