import { pace } from '../../internal/pace.js';
import type { StateArray } from '../../types.js';
import type { TensorView } from './pickle_values.js';
import { quote, refuse } from './refuse.js';
import { checkTensor, readTensor, sizeOf, storageBytes } from './tensor_elements.js';
import type { TorchFile } from './torch_file.js';

/**
 * The largest ratio of the result's size to the file's. Tensors may share memory in the file, and small dtypes
 * become larger; a forged file could use this to ask for a thousand times its size.
 */
const MAX_GROWTH = 16;
const MIN_ALLOWANCE = 2 ** 20;
const RESULT_BYTES = 4;

/**
 * Reads tensors of a file, in the order of their storages, and returns them in the order given. All are checked before
 * memory is allocated.
 *
 * @param fileBytes The size of the file.
 * @param tensors The tensors with their names for messages.
 */
export async function readTensors(
  file: TorchFile,
  fileBytes: number,
  tensors: readonly (readonly [name: string, tensor: TensorView])[],
): Promise<readonly StateArray[]> {
  const allowed = MAX_GROWTH * fileBytes + MIN_ALLOWANCE;
  let size = 0;
  for (const [name, tensor] of tensors) {
    checkTensor(name, tensor);
    size += sizeOf(tensor.shape) * RESULT_BYTES;
    if (size > allowed)
      refuse(
        `whose tensors have at most ${MAX_GROWTH} times its own size`,
        `more, at tensor ${quote(name)}`,
      );
  }

  const storages = file.storages(new Set(tensors.map(([, { storage }]) => storage.record)));
  const places = tensors.map(([name, tensor], index) => {
    return { name, tensor, index, place: storages.order(tensor.storage.record) };
  });
  const arrays: StateArray[] = [];
  const rest = pace();
  for (const { name, tensor, index } of places.sort((a, b) => a.place - b.place)) {
    const storage = storages.read(tensor.storage.record, storageBytes(tensor.storage.record));
    arrays[index] = readTensor(name, tensor, storage, file.bigEndian);
    await rest();
  }
  return arrays;
}
