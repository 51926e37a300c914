import { bytesOf } from '../safetensors_dtypes.js';
import { writePickle } from './write_pickle.js';
import type { Writable } from './write_pickle.js';
import { writeZip } from './write_zip.js';

const FOLDER = 'archive';
const text = (content: string): Uint8Array => new TextEncoder().encode(content);

/**
 * Writes a value as `torch.save` does: a zip of a pickle and of the data of each tensor, which
 * `torch.load(…, weights_only=True)` reads. Equal values give equal bytes.
 *
 * @param parameter What the value is made of, for messages.
 */
export function writeTorchFile(where: string, parameter: string, value: Writable): Uint8Array {
  const { bytes, arrays } = writePickle(value);
  return writeZip(where, parameter, [
    [`${FOLDER}/data.pkl`, bytes],
    [`${FOLDER}/byteorder`, text('little')],
    ...arrays.map((array, i) => [`${FOLDER}/data/${i}`, bytesOf(array)] as const),
    [`${FOLDER}/version`, text('3\n')],
  ]);
}
