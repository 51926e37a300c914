import { describe } from './describe.js';
import { ELEMENT_TYPES, STORAGE_ELEMENTS } from './element_types.js';
import { opaqueClass } from './opaque_classes.js';
import type { PickleWorld } from './pickle_machine.js';
import { Callable, Opaque, Storage, StorageType, Tuple, setKey } from './pickle_values.js';
import type { Dict, PickleValue, StorageRecord } from './pickle_values.js';
import { REBUILD, counts, isCount, refuseArguments } from './rebuild_tensor.js';
import { cut, quote, refuse } from './refuse.js';

type Args = readonly PickleValue[];

/** Makes the dict of `OrderedDict()` or, in files of Python 2, of `OrderedDict([[key, value], …])`. */
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
    if (!setKey(dict, key, value))
      refuseArguments('OrderedDict', 'keys that are no lists and no dicts', key);
  }
  return dict;
}

/** Makes the dict of `defaultdict(function)`; the function is not called, and the entries follow later. */
const defaultDict = (): Dict => new Map();

/** Returns the dict of `Counter({key: count, …})`. */
function counter([of = new Map()]: Args): Dict {
  return of instanceof Map ? of : refuseArguments('Counter', 'a dict', of);
}

function size([sizes]: Args): Tuple {
  return new Tuple(counts('torch.Size', 'size', sizes));
}

const UNTYPED = 'torch.storage.UntypedStorage';

const KNOWN: ReadonlyMap<string, PickleValue> = new Map<string, PickleValue>([
  ...REBUILD,
  ...Object.entries({
    'collections.OrderedDict': orderedDict,
    'collections.defaultdict': defaultDict,
    'collections.Counter': counter,
    'torch.Size': size,
  }).map(([name, call]): [string, PickleValue] => [name, new Callable(name, call)]),
  ...[...STORAGE_ELEMENTS].map(([prefix, elements]): [string, PickleValue] => {
    const name = `torch.${prefix}Storage`;
    return [name, new StorageType(name, elements)];
  }),
  [UNTYPED, new StorageType(UNTYPED, ELEMENT_TYPES.get('uint8')!)],
  ...[...ELEMENT_TYPES].map(([name, type]): [string, PickleValue] => [`torch.${name}`, type]),
]);

/** The classes that a state_dict needs, and the storages that a file mentions. */
export class TorchGlobals implements PickleWorld {
  readonly records: Map<string, StorageRecord> = new Map();

  find(module: string, name: string): PickleValue {
    return KNOWN.get(`${module}.${name}`) ?? opaqueClass(`${module}.${name}`);
  }

  /**
   * Returns the storage of ('storage', class, key, device, elements), in old files with a view (key, start,
   * elements) at the end. Returns the class of ('module', class, file, source), also in old files, and ignores
   * the source.
   */
  load(id: PickleValue): PickleValue {
    const [kind, type, key, , elements, view = null] = id instanceof Tuple ? id.items : [];
    if (kind === 'module' && type instanceof Opaque) return type;
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
