import type { ByteReader } from './byte_reader.js';
import { PickleMachine } from './pickle_machine.js';
import type { PickleWorld } from './pickle_machine.js';
import { OPERATIONS } from './pickle_operations.js';
import type { PickleValue } from './pickle_values.js';

/** Runs the pickle at the reader's position; the world provides the classes and objects that it refers to. */
export const readPickle = (bytes: ByteReader, world: PickleWorld): Promise<PickleValue> =>
  new PickleMachine(bytes, world, OPERATIONS).run();
