import { isArrayBuffer, isUint8Array } from '../../internal/brands.js';
import { fail } from '../../internal/check.js';
import { given } from '../../internal/option_kinds.js';
import { pace } from '../../internal/pace.js';
import { readOptions } from '../../internal/read_options.js';
import type { StateArray } from '../../types.js';
import { findStateDict, stepsOf } from './find_state_dict.js';
import type { StateDictPath } from './find_state_dict.js';
import { readLegacy } from './legacy_file.js';
import { quote, refuse } from './refuse.js';
import { checkTensor, readTensor, sizeOf, storageBytes } from './tensor_elements.js';
import type { TorchFile } from './torch_file.js';
import { readZip } from './zip_file.js';

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
 * The largest ratio of the result's size to the file's. Tensors may share memory in the file, and small dtypes
 * become larger; a forged file could use this to ask for a thousand times its size.
 */
const MAX_GROWTH = 16;
const MIN_ALLOWANCE = 2 ** 20;
const RESULT_BYTES = 4;

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
  const file = await open(bytesOf(bytes));
  const tensors = findStateDict(file.root, stepsOf(path));

  const allowed = MAX_GROWTH * bytes.byteLength + MIN_ALLOWANCE;
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
  const places = tensors.map(([name, tensor]) => {
    return { name, tensor, place: storages.order(tensor.storage.record) };
  });
  const arrays = new Map<string, StateArray>();
  const rest = pace();
  for (const { name, tensor } of places.sort((a, b) => a.place - b.place)) {
    const storage = storages.read(tensor.storage.record, storageBytes(tensor.storage.record));
    arrays.set(name, readTensor(name, tensor, storage, file.bigEndian));
    await rest();
  }
  return Object.fromEntries(tensors.map(([name]) => [name, arrays.get(name)!]));
}

function bytesOf(bytes: Uint8Array | ArrayBuffer): Uint8Array {
  if (isUint8Array(bytes)) return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength); // a Buffer is a subclass
  if (isArrayBuffer(bytes)) return new Uint8Array(bytes);
  return fail('type', 'readPth', 'bytes', 'a Uint8Array or an ArrayBuffer', bytes);
}

/** Reads a file in the format that its first bytes show; refuses other kinds with advice. */
function open(bytes: Uint8Array): Promise<TorchFile> {
  const begins = (text: string, at = 0) =>
    [...text].every((letter, i) => bytes[at + i] === letter.charCodeAt(0));
  if (begins('PK\x03\x04')) return readZip(bytes);
  if (begins('\x80')) return readLegacy(bytes);
  const advice = begins('{', 8)
    ? 'It looks like a safetensors file; read it with decodeSafetensors.'
    : begins('<')
      ? 'It looks like a web page; the download went wrong.'
      : begins('ustar', 257)
        ? 'It looks like a tar file of PyTorch before 0.1.10; save it again with a later version.'
        : 'Is it a file that torch.save wrote?';
  return refuse('that is a zip or begins with a pickle', [...bytes.subarray(0, 4)], advice);
}
