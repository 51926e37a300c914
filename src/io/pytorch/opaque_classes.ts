import { Opaque } from './pickle_values.js';
import type { PickleValue } from './pickle_values.js';
import { cut } from './refuse.js';

type Words = readonly [what: string, advice?: string];

const QUANTIZED: Words = ['a quantized tensor', 'Save its values: tensor.dequantize().'];
const SPARSE: Words = ['a sparse tensor', 'Save all its values: tensor.to_dense().'];
const NUMPY: Words = ['a NumPy array', 'Save it as a tensor: torch.from_numpy(array).'];
const NUMPY_NUMBER: Words = ['a NumPy number'];

/**
 * Descriptions of what some classes and functions make. The module of the built-in ones has another name in
 * Python 2.
 */
const MADE: ReadonlyMap<string, Words> = new Map<string, Words>([
  ...['__builtin__', 'builtins'].flatMap((module): [string, Words][] => [
    [`${module}.set`, ['a set']],
    [`${module}.frozenset`, ['a frozenset']],
    [`${module}.complex`, ['a complex number']],
    [`${module}.bytearray`, ['bytes']],
  ]),
  ['_codecs.encode', ['bytes']],
  ['torch.device', ['a torch.device']],
  ['torch._utils._rebuild_qtensor', QUANTIZED],
  ['torch._utils._rebuild_sparse_tensor', SPARSE],
  ['torch._utils._rebuild_sparse_csr_tensor', SPARSE],
  ...['numpy.core', 'numpy._core'].flatMap((module): [string, Words][] => [
    [`${module}.multiarray._reconstruct`, NUMPY],
    [`${module}.multiarray.scalar`, NUMPY_NUMBER],
    [`${module}.numeric._frombuffer`, NUMPY],
  ]),
]);

/**
 * Makes a placeholder for an unknown class or function. It keeps the name, and describes whatever the file makes
 * with the class by that name.
 */
export function opaqueClass(name: string): Opaque {
  const short = cut(name);
  return new Opaque(`the class or function ${short}`, undefined, (args) => {
    const [of] = args;
    // how Python 2 makes objects: by a function whose first argument is the class
    if (/^copy_?reg\._reconstructor$/.test(name) && of instanceof Opaque) return of.made([]);
    const [what, advice] = MADE.get(name) ?? [`an object of ${short}`];
    return new Opaque(what, advice);
  });
}

const MODULE_PARTS = ['_parameters', '_modules'];

/** Recognizes a whole module by the attributes that an object receives; the attributes are not kept. */
export function noteAttributes(object: Opaque, attributes: PickleValue): void {
  if (!(attributes instanceof Map) || !MODULE_PARTS.every((part) => attributes.has(part))) return;
  object.what = object.what.replace(/^an object of/, 'a whole module:');
  object.advice = 'In Python: torch.save(module.state_dict(), path).';
}
