import { describe, expect, it } from 'vitest';
import { readPth } from '../../../src/io/pytorch/read_pth.js';
import type { StateArray } from '../../../src/types.js';
import { bytesOf } from '../../helpers/base64.js';
import { fixture } from '../../helpers/fixtures.js';
import {
  SIX,
  call,
  dict,
  global,
  int,
  legacy,
  text,
  tuple,
  storage,
  tensor,
  uint64,
  zipped,
} from './forged_files.js';
import type { Part } from './forged_files.js';

interface WrittenFile {
  readonly file: string;
  readonly path?: string[];
  readonly tensors: Record<string, { shape: number[]; bits?: number[]; integers?: number[] }>;
}
const written = fixture<{ cases: Record<string, WrittenFile>; refused: Record<string, string> }>(
  'torch_files',
);
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
    'a whole module':
      /"a whole module: torch\.nn\.modules\.linear\.Linear"\.\n.*torch\.save\(module\.state_dict\(\)/,
    'a whole module, legacy': /"a whole module: torch\.nn\.modules\.container\.Sequential"/,
    'a whole module at a key': /"'net': a whole module: torch\.nn\.modules\.linear\.Linear"/,
    'a TorchScript program':
      /"a TorchScript program, .*\n.*torch\.jit\.load\(path\)\.state_dict\(\)/,
    'complex numbers': /tensor 'z' has a dtype .* "complex64"\.\n.*torch\.view_as_real\(tensor\)/,
    'complex numbers, legacy': /tensor 'z' has a dtype .* "complex128"/,
    'a quantized tensor': /"'q': a quantized tensor"\.\n.*tensor\.dequantize\(\)/,
    'a sparse tensor': /"'s': a sparse tensor"\.\n.*tensor\.to_dense\(\)/,
    'uint32 beyond int32':
      /U32 values fit int32\. Received: "element 1 of tensor 'x'"\.\nSave it as/,
    'a lone tensor': /a dict of tensors by name\. Received: "a tensor"/,
    'a device': /Received: "'device': a torch\.device"/,
    'negated values': /"'z': a tensor whose values are negated or conjugated.*\n.*resolve_neg\(\)/,
    'integer keys': /Received: "0: a tensor"\.\nNames are texts; in Python: \{str\(key\)/,
  };
  it.each(Object.entries(written.refused))('refuses %s', async (name, file) => {
    await expect(readPth(bytesOf(file))).rejects.toThrow(refused[name]!);
  });
});

describe('a state_dict beside anything', () => {
  const one = { w: { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) } };
  const model = dict(['w', tensor()]);
  const class_ = global('mine', 'Thing');
  const others: [string, Part][] = [
    ['a call that would run something', call('os', 'system', text('echo'))],
    ['a call of a call', [call('builtins', 'getattr', text('a')), tuple(int(1)), 'R']],
    ['REDUCE and BUILD', [class_, tuple(), 'R', dict(['x', int(1)]), 'b']],
    ['NEWOBJ and BUILD with a tuple', [class_, ')', 0x81, tuple('N', '}'), 'b']],
    ['NEWOBJ_EX', [class_, ')', dict(['x', int(1)]), 0x92]],
    ['INST', ['(', int(1), 'imine\nThing\n']],
    ['OBJ', ['(', class_, int(1), 'o']],
    ['EXT1', [0x82, 1]],
    ['EXT2', [0x83, 1, 0]],
    ['EXT4', [0x84, 1, 0, 0, 0]],
    ['a class that is a list', [class_, ')', 0x81, int(1), 'a', '(', int(2), 'e']],
    ['a class that is a dict', [class_, ')', 0x81, int(1), int(2), 's', '(', int(3), 'N', 'u']],
    ['a set', [0x8f, '(', int(1), int(2), 0x90]],
    ['a frozenset', ['(', int(1), 0x91]],
    ['a bytearray', [0x96, uint64(2n), 'ab']],
    ['texts of Python 2 that are bytes', ['U', 2, 0xff, 0xfe]],
    ['an integer of 40 bytes', [0x8a, 40, 'x'.repeat(40)]],
    ['an integer of 60 digits', `L${'9'.repeat(60)}L\n`],
    [
      'keys that are tuples, numbers, None',
      ['}', '(', tuple(int(1)), int(1), int(2), 'N', 'N', 'N', 'u'],
    ],
    ['pairs with such keys', call('collections', 'OrderedDict', [']', tuple(int(1), 'N'), 'a'])],
    ['a tensor with hooks', tensor({ hooks: dict(['0', int(1)]) })],
    ['a tensor that is negated', tensor({ more: [dict(['neg', 0x88])] })],
    ['a complex tensor', tensor({ key: '1', type: 'ComplexFloat', elements: 1 })],
  ];
  it.each(others)('%s', async (_, other) => {
    const root = dict(['before', other], ['model', model], ['after', other]);
    const storages = { 0: SIX, ...(_ === 'a complex tensor' ? { 1: SIX.slice(0, 8) } : {}) };
    const listed = Object.entries(storages).map(
      ([key, data]) => [key, key === '0' ? 6n : 1n, data] as const,
    );
    expect(await readPth(zipped(root, storages), { path: 'model' })).toEqual(one);
    expect(await readPth(legacy(root, listed), { path: 'model' })).toEqual(one);
    // where it is asked for, it is refused
    const wanted = dict(['w', tensor()], ['other', other]);
    await expect(readPth(zipped(wanted, storages))).rejects.toThrow(/'?other'?/);
  });

  it('half a million values of losses, and ten thousand rows', async () => {
    const loss = ['G', new Uint8Array(8)];
    const losses = [']', '(', ...new Array<Part>(500_000).fill(loss), 'e'];
    const rows = [
      ']',
      '(',
      ...new Array<Part>(10_000).fill(dict(['loss', loss], ['at', 'N'])),
      'e',
    ];
    const flags = [']', '(', 'N'.repeat(1_000_000), 'e'];
    const root = dict(['losses', losses], ['rows', rows], ['flags', flags], ['model', model]);
    let turns = 0;
    const timer = setInterval(() => turns++);
    expect(await readPth(zipped(root), { path: 'model' })).toEqual(one);
    expect(await readPth(legacy(root), { path: 'model' })).toEqual(one);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(1); // others go first now and then
  });

  it('lists, tuples and dicts that make what is missing are entered', async () => {
    const counter = call('collections', 'Counter', dict(['a', int(1)]));
    const made = [
      call('collections', 'defaultdict', global('builtins', 'dict')),
      int(0),
      model,
      's',
    ];
    const root = dict(
      ['nets', [']', 'N', 'a', tuple('N', model), 'a']],
      ['made', made],
      ['c', counter],
    );
    expect(await readPth(zipped(root), { path: ['nets', 1, 1] })).toEqual(one);
    expect(await readPth(zipped(root), { path: ['made', 0] })).toEqual(one);
    const lists = /There are state_dicts at \['made', 0\]; name one/;
    await expect(readPth(zipped(root))).rejects.toThrow(lists);
    await expect(readPth(zipped(root), { path: ['nets', -1] })).rejects.toThrow(/a list of 2/);
    await expect(readPth(zipped(root), { path: ['c'] })).rejects.toThrow(/'a': the number 1/);
  });
});

describe('where the state_dict is', () => {
  const { file } = written.cases['checkpoint, zip, protocol 2']!;
  const bytes = bytesOf(file);

  it('is said when the file holds more', async () => {
    await expect(readPth(bytes)).rejects.toThrow(
      /tensors by name, and nothing else beside them\. Received: "'epoch': the number 3"\.\nThere are state_dicts at 'model', \['deep', 'er'\]; name one: readPth\(bytes, \{ path \}\)\./,
    );
  });

  it('may be a key or an array of keys', async () => {
    const read = await readPth(bytes, { path: 'model' });
    expect(Object.keys(read)).toContain('1.running_var');
    expect(await readPth(bytes, { path: ['model'] })).toEqual(read);
    expect(Object.keys(await readPth(bytes, { path: ['deep', 'er'] }))).toEqual(['weight', 'bias']);
    const state = await readPth(bytes, { path: ['optimizer', 'state', 0] });
    expect(state).toEqual({ step: { shape: [], data: Float32Array.of(5) } });
  });

  it.each([
    ['nowhere', /`path` must be a key of the file\. Received: "nowhere"\.\nIt has 'epoch', 'loss'/],
    [['deep', 'est'], /a key of the file, below 'deep'\. Received: "est"\.\nIt has 'er'\./],
    [['epoch', 'x'], /Received: "x"\.\nThere is the number 3\./],
    ['optimizer', /Received: "'state': a dict"/],
    [['optimizer', 'state'], /Received: "0: a dict"/],
    ['size', /a dict of tensors by name\. Received: "a tuple"/],
    [3, /`path` must be a key of the file\. Received: 3\.\nIt has 'epoch'/],
    [['optimizer', 'state', '0'], /below 'optimizer', 'state'\. Received: "0"\.\nIt has 0\./],
    [['optimizer', 'param_groups', 1], /Received: 1\.\nThere is a list of 1: its places are/],
    [['optimizer', 'param_groups', '0'], /Received: "0"\.\nThere is a list of 1/],
    [1.5, /`path` must be a key or an array of keys, strings or integers\. Received: 1\.5/],
    [[null], /`path` must be a key or an array of keys/],
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

  it('names that are whole numbers first, by size', async () => {
    const root = dict(['b', tensor()], ['10', tensor()], ['2', tensor()], ['01', tensor()]);
    expect(Object.keys(await readPth(zipped(root)))).toEqual(['2', '10', 'b', '01']);
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
