import { zipSync } from 'fflate';

/** Parts of a pickle: operations by their letter, or bytes. */
export type Part = string | number | Uint8Array | readonly Part[];

const utf8 = new TextEncoder();

/** The bytes of parts; letters stand for their code. */
export function bytesOf(...parts: readonly Part[]): Uint8Array {
  const bytes: number[] = [];
  const add = (part: Part): void => {
    if (typeof part === 'number') bytes.push(part);
    else if (typeof part === 'string') for (const c of part) bytes.push(c.charCodeAt(0));
    else for (const inner of part) add(inner);
  };
  parts.forEach(add);
  return Uint8Array.from(bytes);
}

export const uint32 = (value: number): Uint8Array =>
  new Uint8Array(Uint32Array.of(value).buffer.slice(0));
export const uint64 = (value: bigint): Uint8Array =>
  new Uint8Array(BigUint64Array.of(value).buffer.slice(0));

export const int = (value: number): Part => ['J', uint32(value)];
export const text = (value: string): Part => ['X', uint32(utf8.encode(value).length), value];
export const global = (module: string, name: string): Part => `c${module}\n${name}\n`;
export const tuple = (...items: readonly Part[]): Part => ['(', ...items, 't'];
export const dict = (...items: readonly (readonly [string, Part])[]): Part => [
  ...['}', '('],
  ...items.flatMap(([key, value]) => [text(key), value]),
  'u',
];
export const call = (module: string, name: string, ...args: readonly Part[]): Part => [
  ...[global(module, name), tuple(...args), 'R'],
];

export const NO_HOOKS = call('collections', 'OrderedDict');

export interface StorageSpec {
  readonly key?: string;
  readonly type?: string;
  readonly elements?: number;
  readonly view?: Part;
}

export const storage = ({
  key = '0',
  type = 'Float',
  elements = 6,
  view,
}: StorageSpec = {}): Part => [
  tuple(
    ...[text('storage'), global('torch', `${type}Storage`), text(key), text('cpu')],
    ...[int(elements), ...(view === undefined ? [] : [view])],
  ),
  'Q',
];

/** A tensor of 2 × 3 float32 unless said otherwise. */
export function tensor(
  spec: StorageSpec & {
    readonly offset?: Part;
    readonly size?: readonly number[];
    readonly stride?: readonly number[];
    readonly hooks?: Part;
    readonly more?: readonly Part[];
  } = {},
): Part {
  const { offset = int(0), size = [2, 3], stride = [3, 1], hooks = NO_HOOKS, more = [] } = spec;
  return call(
    ...(['torch._utils', '_rebuild_tensor_v2'] as const),
    ...[storage(spec), offset, tuple(...size.map(int)), tuple(...stride.map(int))],
    ...[0x89, hooks, ...more],
  );
}

export const pickle = (...parts: readonly Part[]): Uint8Array => bytesOf(0x80, 2, ...parts, '.');

export const SIX = new Uint8Array(Float32Array.of(1, 2, 3, 4, 5, 6).buffer);
const MAGIC = [0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];

/** A file of before PyTorch 1.6. */
export function legacy(
  root: Part,
  storages: readonly (readonly [key: string, elements: bigint, data: Uint8Array])[] = [
    ['0', 6n, SIX],
  ],
): Uint8Array {
  return bytesOf(
    ...[pickle(MAGIC), pickle(int(1001)), pickle('}'), pickle(root)],
    pickle(']', '(', ...storages.map(([key]) => text(key)), 'e'),
    ...storages.flatMap(([, elements, data]) => [uint64(elements), data]),
  );
}

/** A file of PyTorch 1.6 and later, not packed. */
export function zipped(
  root: Part,
  storages: Readonly<Record<string, Uint8Array>> = { 0: SIX },
  more: Readonly<Record<string, Uint8Array>> = {},
): Uint8Array {
  const files: Record<string, Uint8Array> = { 'a/data.pkl': pickle(root), ...more };
  for (const [key, data] of Object.entries(storages)) files[`a/data/${key}`] = data;
  return zipSync(files, { level: 0 });
}
