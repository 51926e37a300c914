import { given } from '../../internal/option_kinds.js';
import { readOptions } from '../../internal/read_options.js';
import type { StateArray } from '../../types.js';
import { findStateDict, stepsOf } from './find_state_dict.js';
import type { StateDictPath } from './find_state_dict.js';
import { openTorchFile } from './open_torch_file.js';
import { readTensors } from './read_tensors.js';

/** Options of {@link readPth}. */
export interface ReadPthOptions {
  /**
   * The position of the state_dict in a file that contains more: `'model'` for
   * `torch.save({ 'model': net.state_dict(), 'epoch': 3 }, path)`, a list of keys for a deeper one, and
   * `['models', 0]` with an index of a list. Default: the file is the state_dict.
   */
  readonly path?: StateDictPath;
}

/**
 * Reads the state_dict from a file that PyTorch's `torch.save` wrote (`.pth`, `.pt`), without Python.
 *
 * It reads both formats: the zip file of PyTorch 1.6 and later, and the older one that most released generators
 * have. It runs nothing from the file: it knows tensors, dicts, lists, tuples, numbers and texts. It keeps only
 * the names of other classes and functions; the error names the class if a value made with one is in the
 * state_dict. With `path`, the rest of the file may contain anything. Strides, offsets and shared storages are
 * respected. Memory is allocated only as far as the size of the file justifies it.
 *
 * float32 and int32 are read bit for bit. float64, float16, bfloat16 and float8 become float32 (float64 rounded
 * to the nearest); the other integers and bool become int32. A value outside the range of the result is refused,
 * as are complex, quantized and sparse tensors. The layout stays PyTorch's; {@link loadStateDict} loads it into a
 * model.
 *
 * @param bytes The whole file; in a browser, `await file.arrayBuffer()` of a chosen file.
 * @param options `path`: the position of the state_dict, if the file contains more than that.
 * @returns The tensors by name, in the order of the state_dict, except that JavaScript puts names that are whole
 *   numbers first, by size. They share no memory with `bytes`.
 * @throws GanKitError if the file is damaged, contains anything else, or is of another kind.
 *
 * **Differentiable:** no; arrays, not tensors.
 *
 * @example
 * ```ts no-run
 * import { loadBackend } from 'gan-kit';
 * import { loadStateDict, readPth } from 'gan-kit/io';
 * import { resnetGenerator } from 'gan-kit/models';
 *
 * await loadBackend();
 * const generator = resnetGenerator({ inputShape: [256, 256, 3] });
 * export async function bring(file: Blob): Promise<void> { // of an <input type="file">
 *   const stateDict = await readPth(await file.arrayBuffer());
 *   loadStateDict({ model: generator, stateDict, architecture: 'resnet' });
 * }
 * ```
 *
 * @see https://docs.pytorch.org/docs/stable/notes/serialization.html
 */
export async function readPth(
  bytes: Uint8Array | ArrayBuffer,
  options: ReadPthOptions = {},
): Promise<Record<string, StateArray>> {
  const { path } = readOptions('readPth', options, { path: given<ReadPthOptions['path']>() });
  const file = await openTorchFile('readPth', bytes);
  const tensors = findStateDict(file.root, stepsOf(path));
  const arrays = await readTensors(file, bytes.byteLength, tensors);
  return Object.fromEntries(tensors.map(([name], i) => [name, arrays[i]!]));
}
