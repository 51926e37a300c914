import type { PickleValue, StorageRecord } from './pickle_values.js';

/** A reader of the bytes of some storages. */
export interface StorageReader {
  /** Returns the position of a storage in the file; storages should be read in this order. */
  order(record: StorageRecord): number;
  /** Returns the bytes of a storage; `count` is the number that it must have. */
  read(record: StorageRecord, count: number): Uint8Array;
}

/** A file whose pickle has been read, and whose storages have not. */
export interface TorchFile {
  /** The object that was passed to torch.save. */
  readonly root: PickleValue;
  readonly bigEndian: boolean;
  /** Gives access to the needed storages, and to no others. */
  storages(needed: Iterable<StorageRecord>): StorageReader;
}
