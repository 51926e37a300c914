import type { ByteReader } from './byte_reader.js';
import { PickleMachine } from './pickle_machine.js';
import type { PickleWorld } from './pickle_machine.js';
import { OPERATIONS } from './pickle_operations.js';
import type { PickleValue } from './pickle_values.js';

/** Runs the pickle that begins where the reader stands; what it names is the world's. */
export const readPickle = (bytes: ByteReader, world: PickleWorld): Promise<PickleValue> =>
  new PickleMachine(bytes, world, OPERATIONS).run();
