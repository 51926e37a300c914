import { describe, expect, it } from 'vitest';
import { readPth } from '../../../src/io/pytorch/read_pth.js';
import type { StateArray } from '../../../src/types.js';
import { fixture } from '../../helpers/fixtures.js';
import {
  call,
  dict,
  global,
  int,
  legacy,
  text,
  tuple,
  storage,
  tensor,
  zipped,
} from './forged_files.js';

interface WrittenFile {
  readonly file: string;
  readonly path?: string[];
  readonly tensors: Record<string, { shape: number[]; bits?: number[]; integers?: number[] }>;
}
const written = fixture<{ cases: Record<string, WrittenFile>; refused: Record<string, string> }>(
  'torch_files',
);
const bytesOf = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'));
const wordsOf = ({ data }: StateArray) => [
  ...new Int32Array(data.buffer, data.byteOffset, data.length),
];

describe('files of torch.save', () => {
  it.each(Object.entries(written.cases))('%s: every bit', async (_, { file, path, tensors }) => {
    const read = await readPth(bytesOf(file), path === undefined ? {} : { path });
    // an object puts names such as '0' first
    expect(Object.keys(read)).toEqual(Object.keys(tensors));
    for (const [name, { shape, bits, integers }] of Object.entries(tensors)) {
      expect(read[name]!.shape, name).toEqual(shape);
      expect(read[name]!.data, name).toBeInstanceOf(bits ? Float32Array : Int32Array);
      expect(wordsOf(read[name]!), name).toEqual(bits ?? integers);
    }
  });

  it('marks int64, and nothing else', async () => {
    const read = await readPth(bytesOf(written.cases['dtypes, zip']!.file));
    const marked = Object.entries(read).filter(([, { dtype }]) => dtype !== undefined);
    expect(marked.map(([name, { dtype }]) => [name, dtype])).toEqual([['int64', 'I64']]);
  });

  it('reads a Buffer, an ArrayBuffer and a part of a larger buffer, and shares no memory', async () => {
    const bytes = bytesOf(written.cases['views, zip']!.file);
    const expected = await readPth(bytes);
    const shifted = new Uint8Array(bytes.length + 9).subarray(5, 5 + bytes.length);
    shifted.set(bytes);
    const buffer = Buffer.from(bytes);
    expect(await readPth(shifted)).toEqual(expected);
    expect(await readPth(bytes.buffer)).toEqual(expected);
    const read = await readPth(buffer);
    buffer.fill(0xff);
    expect(read).toEqual(expected);
    const memories = new Set(Object.values(read).map(({ data }) => data.buffer));
    expect(memories.size).toBe(Object.keys(read).length);
  });

  const refused: Record<string, RegExp> = {
    'int64 beyond int32': /I64 values fit int32\. Received: "element 1 of tensor 'steps'"/,
    'float64 beyond float32': /F64 values fit float32\. Received: "element 0 of tensor 'x'"/,
    'a whole module': /Received: "torch\.nn\.modules\.linear\.Linear"\.\n.*net\.state_dict\(\)/,
    'complex numbers': /Received: "torch\.ComplexFloatStorage"/,
    'a lone tensor': /a dict of tensors by name\. Received: "a tensor"/,
    'a device': /Received: "torch\.device"/,
    'negated values': /_rebuild_tensor_v2 is given no metadata/,
  };
  it.each(Object.entries(written.refused))('refuses %s', async (name, file) => {
    await expect(readPth(bytesOf(file))).rejects.toThrow(refused[name]!);
  });
});

describe('where the state_dict is', () => {
  const { file } = written.cases['checkpoint, zip, protocol 2']!;
  const bytes = bytesOf(file);

  it('is said when the file holds more', async () => {
    await expect(readPth(bytes)).rejects.toThrow(
      /tensors by name, and nothing else beside them\. Received: "'epoch': the number 3"\.\nThere are state_dicts at 'model'; name one: readPth\(bytes, \{ path \}\)\./,
    );
  });

  it('may be a key or a list of keys', async () => {
    const read = await readPth(bytes, { path: 'model' });
    expect(Object.keys(read)).toContain('1.running_var');
    expect(await readPth(bytes, { path: ['model'] })).toEqual(read);
    expect(Object.keys(await readPth(bytes, { path: ['deep', 'er'] }))).toEqual(['weight', 'bias']);
  });

  it.each([
    ['nowhere', /`path` must be a key of the file\. Received: "nowhere"\.\nIt has 'epoch', 'loss'/],
    [['deep', 'est'], /a key of the file, below 'deep'\. Received: "est"\.\nIt has 'er'\./],
    [['epoch', 'x'], /Received: "x"\.\nThere is the number 3\./],
    ['optimizer', /Received: "'state': a dict"/],
    [['optimizer', 'state'], /Received: "'0': a dict"/],
    ['size', /a dict of tensors by name\. Received: "a tuple"/],
    [3, /`path` must be a key or a list of keys\. Received: 3/],
    [[3], /`path` must be a key or a list of keys/],
  ])('%j is refused', async (path, message) => {
    await expect(readPth(bytes, { path: path as never })).rejects.toThrow(message);
  });
});

describe('what old writers did', () => {
  const one = { a: { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) } };

  it('Python 2: texts as bytes, OrderedDict with a list of pairs, PyTorch 0.3: no requires_grad', async () => {
    const old = (value: string) => ['U', value.length, value];
    const rebuilt = [
      global('torch._utils', '_rebuild_tensor'),
      tuple(
        ...[
          tuple(old('storage'), global('torch', 'FloatStorage'), old('0'), old('cpu'), int(6), 'N'),
        ],
        ...['Q', int(0), tuple(int(2), int(3)), tuple(int(3), int(1))],
      ),
      'R',
    ];
    const pairs = [']', '(', ']', '(', old('a'), rebuilt, 'e', 'e'];
    expect(await readPth(legacy(call('collections', 'OrderedDict', pairs)))).toEqual(one);
  });

  it('views of storages', async () => {
    const view = tuple(text('1'), int(2), int(4));
    const root = dict(
      ['b', tensor({ view, offset: int(1), size: [3], stride: [1] })],
      ['c', tensor({ size: [], stride: [] })],
    );
    expect(await readPth(legacy(root))).toEqual({
      b: { shape: [3], data: Float32Array.of(4, 5, 6) },
      c: { shape: [], data: Float32Array.of(1) },
    });
  });

  it('protocol 0 and 1: numbers, texts and booleans in letters', async () => {
    const root = [
      ...['(', 'd', "S'a'\n", tensor(), 's'],
      ...['Vb\n', '(', 'I12\n', 'I01\n', 'I00\n', 'L-7L\n', 'F1.5e3\n', 'l', '0', '0'],
      ...['p7\n', '0', 'g7\n'],
    ];
    expect(await readPth(legacy(root))).toEqual(one);
  });

  it('parameters, sizes and attributes, in a zip file', async () => {
    const root = [
      call('collections', 'OrderedDict'),
      ...[text('a'), call('torch._utils', '_rebuild_parameter', tensor(), 0x88, '}'), 's'],
      ...[dict(['_metadata', call('torch', 'Size', tuple(int(2)))]), 'b'],
    ];
    expect(await readPth(zipped(root))).toEqual(one);
  });

  it("the name '__proto__'", async () => {
    const read = await readPth(zipped(dict(['__proto__', tensor()])));
    expect(Object.entries(read)).toEqual([['__proto__', one.a]]);
  });

  it('storages that several files of a hundred megabytes would have, a batch at a time', async () => {
    // three storages of 12 MiB: the second and the third are of another batch than the first
    const big = (first: number) => new Uint8Array(new Float32Array(3 * 2 ** 20).fill(first).buffer);
    const names = ['2', '0', '1'];
    const root = dict(
      ...names.map(
        (key) =>
          [key, tensor({ key, elements: 3 * 2 ** 20, size: [3, 1], stride: [1, 1] })] as const,
      ),
    );
    const read = await readPth(zipped(root, { 0: big(1), 1: big(2), 2: big(3) }));
    expect(names.map((name) => [...read[name]!.data])).toEqual([
      [3, 3, 3],
      [1, 1, 1],
      [2, 2, 2],
    ]);
  });

  it('storage() alone makes no tensor', async () => {
    await expect(readPth(legacy(dict(['a', storage()])))).rejects.toThrow(/'a': a storage/);
  });
});
