import type { StateArray } from '../../types.js';
import { checkArray, checkRecord } from '../check_array.js';
import { writeTorchFile } from './write_torch_file.js';

/**
 * Writes arrays as a `.pth` file, which `torch.load(path, weights_only=True)` reads as a dict of tensors by name:
 * float32, int32, and int64 for int32 arrays marked `dtype: 'I64'`. {@link readPth} reads it back bit for bit.
 *
 * @param stateDict Arrays by name, for example the result of `stateDict`.
 * @returns The bytes of the file, which share no memory with the arrays; equal arrays in equal order give equal bytes.
 * @throws GanKitError if a shape and its data disagree, an array has neither of the two dtypes, or the file would have
 *   4 GiB or more.
 *
 * **Differentiable:** no; arrays, not tensors.
 *
 * @example
 * ```ts
 * import { encodePth, readPth } from 'gan-kit/io';
 *
 * const bytes = encodePth({ 'dense.bias': { shape: [2], data: Float32Array.of(1, 2) } });
 * console.log((await readPth(bytes))['dense.bias']?.data); // → Float32Array(2) [ 1, 2 ]
 * ```
 *
 * @see https://docs.pytorch.org/docs/stable/notes/serialization.html
 */
export function encodePth(stateDict: Readonly<Record<string, StateArray>>): Uint8Array {
  const where = 'encodePth';
  checkRecord(where, 'stateDict', stateDict);
  const named = Object.entries(stateDict);
  for (const [name, array] of named) checkArray(where, `stateDict['${name}']`, array);
  return writeTorchFile(where, 'stateDict', new Map(named));
}
