import type { PickleWorld } from './pickle.js';
import { Callable, Storage, StorageType, TensorView, Tuple, describe } from './pickle_values.js';
import type { Dict, PickleValue, StorageRecord } from './pickle_values.js';
import { cut, quote, refuse } from './refuse.js';

type Args = readonly PickleValue[];

const MAX_RANK = 64; // PyTorch's own

const isCount = (value: PickleValue | undefined): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0;

/** Refuses the arguments of a function that the file calls. */
function refuseArguments(name: string, rule: string, received: PickleValue | undefined): never {
  refuse(
    `in which ${name} is given ${rule}`,
    received === undefined ? 'nothing' : describe(received),
  );
}

/** OrderedDict() or, from Python 2, OrderedDict([[key, value], …]). */
function orderedDict(args: Args): Dict {
  const dict: Dict = new Map();
  const [pairs = [], ...others] = args;
  if (!Array.isArray(pairs) || others.length > 0)
    refuseArguments('OrderedDict', 'one list or nothing', pairs);
  for (const pair of pairs) {
    const items = pair instanceof Tuple ? pair.items : pair;
    if (!Array.isArray(items) || items.length !== 2)
      refuseArguments('OrderedDict', 'a list of pairs', pair);
    const [key, value] = items as [PickleValue, PickleValue];
    if (typeof key !== 'string') refuseArguments('OrderedDict', 'texts as keys', key);
    dict.set(key, value);
  }
  return dict;
}

function counts(name: string, what: string, value: PickleValue | undefined): readonly number[] {
  if (!(value instanceof Tuple) || value.items.length > MAX_RANK)
    refuseArguments(name, `a tuple of at most ${MAX_RANK} numbers as ${what}`, value);
  const { items } = value;
  for (const item of items)
    if (!isCount(item)) refuseArguments(name, `non-negative integers as ${what}`, item);
  return items as readonly number[];
}

/** (storage, offset, size, stride), then with v2 what training needs, which is left out. */
function tensorBy(name: string, most: number) {
  return (args: Args): TensorView => {
    const [storage, offset, shape, strides, , hooks, metadata] = args;
    if (args.length > most) refuseArguments(name, `at most ${most} arguments`, args[most]);
    if (!(storage instanceof Storage)) refuseArguments(name, 'a storage', storage);
    if (!isCount(offset)) refuseArguments(name, 'a non-negative integer as offset', offset);
    const [sizes, steps] = [counts(name, 'size', shape), counts(name, 'stride', strides)];
    if (sizes.length !== steps.length)
      refuseArguments(name, `as many strides as sizes, ${sizes.length}`, steps.length);
    if (hooks instanceof Map && hooks.size > 0) refuseArguments(name, 'no backward hooks', hooks);
    // It may say that the values are to be negated or conjugated.
    if (metadata instanceof Map && metadata.size > 0)
      refuseArguments(name, 'no metadata', metadata);
    return new TensorView(storage, offset, sizes, steps);
  };
}

function parameter(args: Args): TensorView {
  const [data] = args;
  if (!(data instanceof TensorView)) refuseArguments('_rebuild_parameter', 'a tensor', data);
  return data;
}

function size(args: Args): Tuple {
  const [sizes] = args;
  return new Tuple(counts('torch.Size', 'size', sizes));
}

const KNOWN: ReadonlyMap<string, PickleValue> = new Map<string, PickleValue>([
  ...Object.entries({
    'collections.OrderedDict': orderedDict,
    'torch._utils._rebuild_tensor': tensorBy('_rebuild_tensor', 4), // before PyTorch 0.4
    'torch._utils._rebuild_tensor_v2': tensorBy('_rebuild_tensor_v2', 7),
    'torch._utils._rebuild_parameter': parameter,
    'torch.Size': size,
  }).map(([name, call]): [string, PickleValue] => [name, new Callable(name, call)]),
  ...Object.entries({
    Float: 'F32',
    Double: 'F64',
    Half: 'F16',
    BFloat16: 'BF16',
    Long: 'I64',
    Int: 'I32',
    Short: 'I16',
    Char: 'I8',
    Byte: 'U8',
    Bool: 'BOOL',
  }).map(([prefix, dtype]): [string, PickleValue] => {
    const name = `torch.${prefix}Storage`;
    return [name, new StorageType(name, dtype)];
  }),
]);

/** The classes that a state_dict needs, and the storages that a file speaks of. */
export class TorchWorld implements PickleWorld {
  readonly records: Map<string, StorageRecord> = new Map();

  find(module: string, name: string): PickleValue {
    const known = KNOWN.get(`${module}.${name}`);
    if (known === undefined)
      refuse(
        'without classes and functions other than those of tensors and dicts',
        cut(`${module}.${name}`),
        'Save the state_dict alone: torch.save(net.state_dict(), path).',
      );
    return known;
  }

  /** ('storage', class, key, device, elements), and in old files a view (key, start, elements). */
  load(id: PickleValue): Storage {
    const [kind, type, key, , elements, view = null] = id instanceof Tuple ? id.items : [];
    if (
      kind !== 'storage' ||
      !(type instanceof StorageType) ||
      typeof key !== 'string' ||
      !isCount(elements)
    )
      refuse(
        'whose stored objects are storages, with class, key and size',
        typeof kind === 'string' ? cut(kind) : describe(id),
      );
    const record = this.record({ key, type, elements });
    if (view === null) return new Storage(record, 0, elements);
    const [, start, part] = view instanceof Tuple ? view.items : [];
    if (!isCount(start) || !isCount(part) || start + part > elements)
      refuse(`in which a view of storage ${quote(key)} lies inside it`, describe(view));
    return new Storage(record, start, part);
  }

  private record(said: StorageRecord): StorageRecord {
    const before = this.records.get(said.key);
    if (before === undefined) {
      this.records.set(said.key, said);
      return said;
    }
    if (before.type !== said.type || before.elements !== said.elements)
      refuse(
        `in which storage ${quote(said.key)} is of one class and size`,
        `${before.type.name} of ${before.elements}, then ${said.type.name} of ${said.elements}`,
      );
    return before;
  }
}
