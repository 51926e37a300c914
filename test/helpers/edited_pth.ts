import { openTorchFile } from '../../src/io/pytorch/open_torch_file.js';
import { TensorView, Tuple } from '../../src/io/pytorch/pickle_values.js';
import type { PickleValue } from '../../src/io/pytorch/pickle_values.js';
import { readTensors } from '../../src/io/pytorch/read_tensors.js';
import { TupleOf } from '../../src/io/pytorch/write_pickle.js';
import type { Writable } from '../../src/io/pytorch/write_pickle.js';
import { writeTorchFile } from '../../src/io/pytorch/write_torch_file.js';

/** A dict of a file that a test changes. */
export type Editable = Map<string | number, Writable>;

/** Reads a PyTorch file, lets a function change its dict, and writes it. */
export async function editedPth(
  bytes: Uint8Array,
  edit: (file: Editable) => void,
): Promise<Uint8Array> {
  const file = await openTorchFile('editedPth', bytes);
  const views: TensorView[] = [];
  const collect = (value: PickleValue): void => {
    if (value instanceof TensorView) views.push(value);
    else if (value instanceof Map) [...value.values()].forEach(collect);
    else if (Array.isArray(value)) value.forEach(collect);
  };
  collect(file.root);
  const named = views.map((view, i) => [`${i}`, view] as const);
  const arrays = await readTensors(file, bytes.length, named);
  const writable = (value: PickleValue): Writable => {
    if (value instanceof TensorView) return arrays[views.indexOf(value)]!;
    if (value instanceof Tuple) return new TupleOf(value.items.map(writable));
    if (Array.isArray(value)) return value.map(writable);
    if (!(value instanceof Map)) return value as Writable;
    return new Map([...value].map(([key, one]) => [key as string | number, writable(one)]));
  };
  const root = writable(file.root) as Editable;
  edit(root);
  return writeTorchFile('editedPth', 'bytes', root);
}

const inside = (value: Writable, key: string | number): Writable =>
  value instanceof Map
    ? (value as Editable).get(key)!
    : (value as readonly Writable[])[key as number]!;

/** Returns the dict at a path, to change it. */
export function dictAt(file: Editable, ...path: readonly (string | number)[]): Editable {
  let value: Writable = file;
  for (const key of path) value = inside(value, key);
  return value as Editable;
}
