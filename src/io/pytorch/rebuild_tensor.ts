import { describe } from './describe.js';
import { ElementType } from './element_types.js';
import { Callable, Opaque, Storage, TensorView, Tuple } from './pickle_values.js';
import type { PickleValue } from './pickle_values.js';
import { refuse } from './refuse.js';

type Args = readonly PickleValue[];

const MAX_RANK = 64; // PyTorch's own limit

/** Returns whether a value is a non-negative integer. */
export const isCount = (value: PickleValue | undefined): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0;

/** Refuses an argument of a function that the file calls. */
export function refuseArguments(
  name: string,
  rule: string,
  received: PickleValue | undefined,
): never {
  refuse(
    `in which ${name} is given ${rule}`,
    received === undefined ? 'nothing' : describe(received),
  );
}

/** Reads a tuple of non-negative integers, for example a torch.Size. */
export function counts(
  name: string,
  what: string,
  value: PickleValue | undefined,
): readonly number[] {
  if (!(value instanceof Tuple) || value.items.length > MAX_RANK)
    refuseArguments(name, `a tuple of at most ${MAX_RANK} numbers as ${what}`, value);
  const { items } = value;
  for (const item of items)
    if (!isCount(item)) refuseArguments(name, `non-negative integers as ${what}`, item);
  return items as readonly number[];
}

const holds = (value: PickleValue | undefined): boolean => value instanceof Map && value.size > 0;

/**
 * Makes a function that rebuilds a tensor from (storage, offset, size, stride), in v3 also the dtype. The flag
 * for gradients is ignored; a tensor with hooks, or with values to negate or conjugate, becomes a placeholder.
 */
function tensorBy(name: string, most: number, dtypeAt?: number) {
  return (args: Args): TensorView | Opaque => {
    const [storage, offset, shape, strides, , hooks] = args;
    if (args.length > most) refuseArguments(name, `at most ${most} arguments`, args[most]);
    if (!(storage instanceof Storage)) refuseArguments(name, 'a storage', storage);
    if (!isCount(offset)) refuseArguments(name, 'a non-negative integer as offset', offset);
    const [sizes, steps] = [counts(name, 'size', shape), counts(name, 'stride', strides)];
    if (sizes.length !== steps.length)
      refuseArguments(name, `as many strides as sizes, ${sizes.length}`, steps.length);
    if (holds(hooks)) return new Opaque('a tensor with backward hooks', 'Save tensor.detach().');
    if (holds(args[most - 1]))
      return new Opaque(
        'a tensor whose values are negated or conjugated when they are read',
        'Save tensor.resolve_conj().resolve_neg().',
      );
    const type = dtypeAt === undefined ? storage.record.type.elements : args[dtypeAt];
    if (type instanceof Opaque)
      return new Opaque(`a tensor of ${type.what}`, 'Save it as float32: tensor.float().');
    if (!(type instanceof ElementType)) refuseArguments(name, 'a dtype', type);
    return new TensorView(storage, type, offset, sizes, steps);
  };
}

/** Returns the tensor of a parameter; attributes that a program added to the parameter are ignored. */
function parameter(args: Args): TensorView | Opaque {
  const [data] = args;
  if (!(data instanceof TensorView || data instanceof Opaque))
    refuseArguments('_rebuild_parameter', 'a tensor', data);
  return data;
}

/** Rebuilds a tensor of a subclass, or one with attributes, from (function, class, arguments, attributes). */
function fromType([rebuild, , args]: Args): PickleValue {
  if (!(args instanceof Tuple)) refuseArguments('_rebuild_from_type_v2', 'a tuple', args);
  if (rebuild instanceof Opaque) return rebuild.made(args.items);
  if (!(rebuild instanceof Callable) || !TENSORS.has(rebuild.name))
    refuseArguments('_rebuild_from_type_v2', 'a function that makes a tensor', rebuild);
  return rebuild.call(args.items);
}

/** The functions that make a tensor, by name. */
const TENSORS: ReadonlyMap<string, Callable> = new Map(
  Object.entries({
    'torch._utils._rebuild_tensor': tensorBy('_rebuild_tensor', 4), // before PyTorch 0.4
    'torch._utils._rebuild_tensor_v2': tensorBy('_rebuild_tensor_v2', 7),
    'torch._utils._rebuild_tensor_v3': tensorBy('_rebuild_tensor_v3', 8, 6),
    'torch._utils._rebuild_parameter': parameter,
    'torch._utils._rebuild_parameter_with_state': parameter,
  }).map(([name, call]) => [name, new Callable(name, call)]),
);

/** The functions that a file may call to make a tensor, by name. */
export const REBUILD: ReadonlyMap<string, Callable> = new Map([
  ...TENSORS,
  [
    'torch._tensor._rebuild_from_type_v2',
    new Callable('torch._tensor._rebuild_from_type_v2', fromType),
  ],
]);
