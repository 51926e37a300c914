import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { GanKitError } from '../../../src/errors.js';
import { encodeSafetensors } from '../../../src/io/safetensors.js';
import { readPth } from '../../../src/io/pytorch/read_pth.js';
import {
  NO_HOOKS,
  SIX,
  bytesOf,
  call,
  dict,
  global,
  int,
  legacy,
  pickle,
  storage,
  tensor,
  text,
  tuple,
  uint32,
  uint64,
  zipped,
} from './forged_files.js';
import type { Part } from './forged_files.js';

async function messageOf(bytes: unknown): Promise<string> {
  try {
    await readPth(bytes as Uint8Array);
  } catch (error) {
    expect(error).toBeInstanceOf(GanKitError);
    const { message } = error as Error;
    expect(message).toMatch(/^readPth: `bytes` must be a/);
    expect(message.length).toBeLessThan(1500);
    return message;
  }
  throw new Error('nothing was thrown');
}

/** The same pickle in both formats. */
const both = async (root: Part, message: RegExp, storages?: Parameters<typeof legacy>[1]) => {
  expect(await messageOf(legacy(root, storages))).toMatch(message);
  expect(await messageOf(zipped(root))).toMatch(message);
};

describe('classes and functions', () => {
  it.each([
    ['os', 'system'],
    ['posix', 'system'],
    ['builtins', 'eval'],
    ['builtins', 'getattr'],
    ['__builtin__', 'dict'],
    ['torch', 'load'],
    ['torch.storage', '_load_from_bytes'],
    ['torch._utils', '_rebuild_tensor_v4'],
    ['torch', 'UntypedStorage'],
    ['torch', 'SomeStorage'],
    ['torch.cuda', 'FloatStorage'],
    ['collections', 'OrderedDict.__init__'],
    ['collections.OrderedDict', '__init__'],
    ['', 'toString'],
    ['__proto__', 'constructor'],
  ])('%s.%s is named where it is asked for, and not called', async (module, name) => {
    const dotted = `${module}.${name}`.replaceAll('.', '\\.');
    const made = new RegExp(`Received: "'a': an object of ${dotted}"`);
    await both(dict(['a', call(module, name, text('echo'))]), made, []);
    const unnamed = [text(module), text(name), 0x93]; // STACK_GLOBAL
    await both([...unnamed, tuple(), 'R'], new RegExp(`Received: "an object of ${dotted}"`), []);
    await both(unnamed, new RegExp(`Received: "the class or function ${dotted}"`), []);
  });

  it.each([
    ['PERSID', 'P1\n'],
    ['NEXT_BUFFER', 0x97],
    ['READONLY_BUFFER', 0x98],
    ['0xff', 0xff],
    ['0x00', 0],
  ] as [string, Part][])('the operation %s', async (name, part) => {
    await both(
      part,
      new RegExp(`the operations that torch\\.save writes\\. Received: "${name} at byte \\d+ of`),
    );
  });

  it('what is no function is not called, and attributes of a tensor are not set', async () => {
    await both([tensor(), tuple(), 'R'], /REDUCE at byte \d+.* a class or function.* tensor/);
    await both([global('torch', 'FloatStorage'), tuple(), 'R'], /Received: "the class torch\.Fl/);
    await both([global('torch', 'Size'), '}', 'R'], /REDUCE at byte \d+.* finds a tuple/);
    await both([global('torch', 'Size'), ')', '}', 0x92], /NEWOBJ_EX|torch\.Size is given a tuple/);
    await both(['(', 'o'], /OBJ at byte \d+ .* finds a class or function\. Received: "None"/);
    await both(['}', '(', int(1), 0x90], /ADDITEMS at byte \d+ .* finds a set\. .*"a dict"/);
    await both([tensor(), '}', 'b'], /BUILD at byte \d+ .* finds a dict\. Received: "a tensor"/);
    await both(['}', tuple(int(1)), 'b'], /BUILD .* finds a dict of attributes/);
    await both(dict(['a', global('collections', 'OrderedDict')]), /the class collections\.O/, []);
  });
});

describe('a pickle that does not hold together', () => {
  it.each([
    ['an empty stack', '0', /POP .*Received: "an empty stack"/],
    ['an underflow below a mark', [int(1), '(', 0x85], /TUPLE1 .*"an empty stack/],
    ['no mark', [int(1), 't'], /TUPLE at .* finds a mark/],
    ['a mark that is taken off', ['(', '0', 't'], /TUPLE at .* finds a mark/],
    ['a memo without a value', ['h', 7], /BINGET .* finds a value in the memo.*"nothing at 7/],
    ['a memo far away', ['j', uint32(2 ** 32 - 1)], /LONG_BINGET .*"nothing at 4294967295/],
    ['a memo by words', ['gx\n'], /with a count in this place\. Received: "x"/],
    ['a memo below zero', ['p-1\n'], /with a count in this place/],
    ['APPEND to a dict', ['}', int(1), 'a'], /APPEND .* finds a list\. Received: "a dict"/],
    ['SETITEM of a list', [']', int(1), int(1), 's'], /SETITEM .* finds a dict/],
    ['a key without a value', ['}', '(', text('a'), 'u'], /in pairs\. Received: 1/],
    ['a list as a key', ['}', ']', int(1), 's'], /keys that are no lists and no dicts\. .*a list/],
    ['a name that is no text', [int(1), int(1), 0x93], /STACK_GLOBAL .* finds a text/],
    ['protocol 6', [0x80, 6], /pickle protocol 5 or lower\. Received: 6/],
    ['words as a number', 'Ix\n', /an integer in this place\. Received: "x"/],
    ['a float of words', 'Fx\n', /a number in this place/],
    ['an escape', "S'a\\x41'\n", /texts that have no escapes/],
    ['a text without quotes', 'Sa\n', /a text in quotes/],
    ['bytes that are no UTF-8', ['X', uint32(2), 0xc3, 0x28], /text is UTF-8/],
  ] as [string, Part, RegExp][])('%s', async (_, part, message) => both(part, message));

  it.each([
    ['BINUNICODE', ['X', uint32(2 ** 32 - 1)]],
    ['BINUNICODE8', [0x8d, uint64(2n ** 64n - 1n)]],
    ['BINBYTES', ['B', uint32(2 ** 32 - 1)]],
    ['BINBYTES8', [0x8e, uint64(2n ** 63n)]],
    ['LONG4', [0x8b, uint32(2 ** 31)]],
    ['BINSTRING', ['T', uint32(2 ** 31)]],
  ] as [string, Part][])('a length beyond the file: %s', async (_, part) =>
    both(part, /that goes on for \d+ bytes at byte \d+\. Received: \d+/),
  );

  it('a line without end', async () => {
    expect(await messageOf(zipped('I1'))).toMatch(/whose line at byte 3 ends/);
  });

  it('deep nesting does not overflow the stack, and cycles end', async () => {
    const deep = 150_000;
    await both([']'.repeat(deep), 'a'.repeat(deep - 1)], /a dict of tensors.* "a list"/, []);
    await both([')', ...new Array<Part>(deep).fill(0x85)], /Received: "a tuple"/, []);
    await both(['}', 'q', 1, text('a'), 'h', 1, 's'], /Received: "'a': a dict"/, []);
    await both([']', 'q', 1, 'h', 1, 'a'], /Received: "a list"/, []);
  });

  it('much from little is refused in time', async () => {
    const started = performance.now();
    const more = /makes values of at most 16 times its size\. Received: "more"/;
    await both('}'.repeat(150_000), more);
    await both([')', 'q', 1, 'h\x01'.repeat(10), 0x85, '\x94'.repeat(1_500_000)], more);
    // one list of 10,000 pairs that a thousand dicts are made from
    const pairs = ['(', ...new Array<Part>(10_000).fill([text('k'), 'N', 0x86]), 'l', 'q', 1];
    const dicts = new Array<Part>(1000).fill(['h', 2, 'h', 1, 0x85, 'R']);
    await both([pairs, global('collections', 'OrderedDict'), 'q', 2, ...dicts], more);
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});

describe('tensors and storages that lie', () => {
  it.each([
    ['a negative stride', tensor({ stride: [-3, 1] }), /non-negative integers as stride/],
    ['a negative size', tensor({ size: [-2, 3] }), /non-negative integers as size.* -2/],
    ['a negative offset', tensor({ offset: int(-1) }), /a non-negative integer as offset/],
    ['a fractional offset', tensor({ offset: 'F0.5\n' }), /a non-negative integer as offset/],
    ['fewer strides than sizes', tensor({ stride: [3] }), /as many strides as sizes, 2/],
    ['a rank of 65', tensor({ size: new Array<number>(65).fill(1) }), /at most 64 numbers/],
    [
      'the last element outside',
      tensor({ offset: int(1) }),
      /lies inside its storage of 6 elements\. Received: "element 6"/,
    ],
    ['a stride outside', tensor({ stride: [4, 1] }), /element 6/],
    ['a row outside', tensor({ size: [3, 3] }), /element 8/],
    ['2^60 elements', tensor({ size: [2 ** 30, 2 ** 30], stride: [0, 0] }), /a size below 2\^53/],
    [
      '4 GB of one element',
      tensor({ size: [2 ** 30], stride: [0] }),
      /at most 16 times its own size/,
    ],
    [
      'no storage',
      tensor({ more: [], hooks: NO_HOOKS, offset: text('0') }),
      /non-negative integer as offset/,
    ],
    ['backward hooks', tensor({ hooks: dict(['0', int(1)]) }), /'a': a tensor with backward hooks/],
    ['metadata', tensor({ more: [dict(['neg', 0x88])] }), /'a': a tensor whose values are negated/],
    ['an eighth argument', tensor({ more: ['N', 'N'] }), /at most 7 arguments/],
    [
      'a storage of more elements than there are',
      tensor({ elements: 7 }),
      /has (7 elements|28 bytes)/,
    ],
    ['a storage of fewer elements', tensor({ elements: 5 }), /has 5 elements|element 5/],
    [
      'a storage of another class',
      tensor({ type: 'Double' }),
      /that goes on for 48 bytes|has 48 bytes/,
    ],
    [
      'a storage that is not there',
      tensor({ key: '9' }),
      /storages are used|holds the storage '9'/,
    ],
    [
      'a view outside its storage',
      tensor({ view: tuple(text('v'), int(3), int(4)) }),
      /lies inside it/,
    ],
    ['a view that is none', tensor({ view: text('v') }), /a view of storage '0' lies inside it/],
  ] as [string, Part, RegExp][])('%s', async (_, part, message) =>
    both(dict(['a', part]), message),
  );

  it.each([
    ['a tensor without a storage', call('torch._utils', '_rebuild_tensor_v2', int(1)), /a storage/],
    [
      'a tensor without anything',
      call('torch._utils', '_rebuild_tensor_v2'),
      /Received: "nothing"/,
    ],
    ['a parameter of no tensor', call('torch._utils', '_rebuild_parameter', int(1)), /a tensor/],
    ['a size of words', call('torch', 'Size', text('a')), /a tuple of at most 64 numbers/],
    [
      'pairs of three',
      call('collections', 'OrderedDict', [']', tuple('N', 'N', 'N'), 'a']),
      /a list of pairs/,
    ],
    [
      'pairs by lists',
      call('collections', 'OrderedDict', [']', tuple(']', 'N'), 'a']),
      /keys that are no lists and no dicts/,
    ],
    ['another object that is stored', [tuple(text('module'), int(1)), 'Q'], /Received: "module"/],
    ['an id that is no tuple', [int(1), 'Q'], /stored objects are storages/],
    [
      'a storage without a size',
      [tuple(text('storage'), global('torch', 'IntStorage')), 'Q'],
      /storages, with class/,
    ],
  ] as [string, Part, RegExp][])('%s', async (_, part, message) =>
    both(dict(['a', part]), message),
  );

  it('one storage under two classes or sizes', async () => {
    for (const other of [storage({ type: 'Int' }), storage({ elements: 5 })])
      await both([dict(['a', tensor()]), other], /storage '0' is of one class and size/);
  });

  it('one storage given out a thousand times', async () => {
    const elements = 2 ** 16;
    const data = new Uint8Array(4 * elements);
    const once = tensor({ elements, size: [elements], stride: [1] });
    const root = [
      ...[once, 'q', 1, '0', '}', '('],
      ...Array.from({ length: 1000 }, (_, i) => [text(`t${i}`), 'h', 1]),
      'u',
    ];
    const message = /at most 16 times its own size\. Received: "more, at tensor 't\d+'"/;
    expect(await messageOf(zipped(root, { 0: data }))).toMatch(message);
    expect(await messageOf(legacy(root, [['0', BigInt(elements), data]]))).toMatch(message);
  });

  it('legacy storages: sizes of 2^62, twice the same, or not of the pickle', async () => {
    const root = dict(['a', tensor()]);
    expect(await messageOf(legacy(root, [['0', 2n ** 62n, SIX]]))).toMatch(/has 6 elements/);
    const twice = legacy(root, [
      ['0', 6n, SIX],
      ['0', 6n, SIX],
    ]);
    expect(await messageOf(twice)).toMatch(/listed storages are used, each once/);
    expect(await messageOf(legacy(root, [['1', 6n, SIX]]))).toMatch(/storages are used/);
    expect(await messageOf(legacy(root, []))).toMatch(/holds the storage '0'/);
  });
});

describe('zip files that lie', () => {
  const root = dict(['a', tensor()]);
  const whole = zipped(root);
  const at = (signature: string) => Buffer.from(whole).indexOf(signature, 0, 'latin1');
  /** The file with a field of a record set. */
  const changed = (record: number, field: number, value: Uint8Array) => {
    const bytes = whole.slice();
    bytes.set(value, record + field);
    return bytes;
  };
  const directory = at('PK\x01\x02');
  const end = at('PK\x05\x06');

  it('is read as it is', async () => {
    expect(await readPth(whole)).toEqual({
      a: { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) },
    });
  });

  it('bombs: 200 MB of zeros in 200 kB', async () => {
    const bomb = zipSync({ 'a/data.pkl': pickle(root), 'a/data/0': new Uint8Array(2e8) });
    expect(bomb.length).toBeLessThan(3e5);
    expect(await messageOf(bomb)).toMatch(/unpacks to at most 8 times its size/);
  });

  it('bombs: entries that all are the same bytes', async () => {
    const bytes = new Uint8Array(100_000);
    const one = zipSync({ 'a/data.pkl': pickle(root), 'a/data/0': bytes }, { level: 0 });
    const from = Buffer.from(one).indexOf('PK\x01\x02', 0, 'latin1');
    const to = Buffer.from(one).indexOf('PK\x05\x06', 0, 'latin1');
    const second = Buffer.from(one).indexOf('PK\x01\x02', from + 4, 'latin1');
    const entry = one.slice(second, to);
    const parts: Uint8Array[] = [one.slice(0, to)];
    for (let i = 1; i < 100; i++) {
      const copy = entry.slice();
      copy.set(bytesOf(`b/data/${String.fromCharCode(33 + i)}`.slice(-1)), 46 + 'a/data/'.length);
      parts.push(copy);
    }
    const tail = one.slice(to);
    new DataView(tail.buffer).setUint16(10, 101, true);
    new DataView(tail.buffer).setUint16(8, 101, true);
    expect(await messageOf(Buffer.concat([...parts, tail]))).toMatch(/fits the file of \d+ bytes/);
  });

  it.each([
    ['a size of 4 GB', changed(directory, 20, uint32(2 ** 32 - 1)), /fits the file of/],
    ['an unpacked size of 4 GB', changed(directory, 24, uint32(2 ** 32 - 1)), /fits the file of/],
    [
      'a deflated size of 4 GB',
      changed(
        directory,
        10,
        bytesOf(8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, uint32(2 ** 32 - 1)),
      ),
      /unpacks to at most 8 times/,
    ],
    [
      'an entry that begins behind the end',
      changed(directory, 42, uint32(2 ** 31)),
      /'a\/data\.pkl' has \d+ bytes\. Received: 0/,
    ],
    ['a directory that begins elsewhere', changed(end, 16, uint32(3)), /.*/],
    ['a directory behind the end', changed(end, 16, uint32(2 ** 32 - 1)), /.*/],
    ['65,535 entries', changed(end, 8, bytesOf(0xff, 0xff, 0xff, 0xff)), /zip entry/],
    ['no entries', changed(end, 8, bytesOf(0, 0, 0, 0)), /one folder that holds a data\.pkl/],
    [
      'an unknown method',
      changed(directory, 10, bytesOf(12, 0)),
      /'a\/data\.pkl' is stored or deflated\. Received: "method 12"/,
    ],
    [
      'bytes that are not deflated',
      changed(directory, 10, bytesOf(8, 0)),
      /a whole zip file|has \d+ bytes/,
    ],
    ['no directory', whole.slice(0, end), /a whole zip file/],
    ['4 bytes', whole.slice(0, 4), /a whole zip file/],
  ])('%s', async (_, bytes, message) => {
    expect(await messageOf(bytes)).toMatch(message);
  });

  it('a zip64 directory of 4 billion entries', async () => {
    const record = bytesOf(
      'PK\x06\x06',
      uint64(44n),
      new Uint8Array(20),
      uint64(2n ** 32n - 1n),
      uint64(2n ** 32n - 1n),
      uint64(46n),
      uint64(BigInt(directory)),
    );
    const locator = bytesOf('PK\x06\x07', uint32(0), uint64(BigInt(end)), uint32(1));
    const bytes = Buffer.concat([whole.slice(0, end), record, locator, whole.slice(end)]);
    expect(await messageOf(bytes)).toMatch(/zip entry/);
  });

  it.each([
    [
      'no pickle',
      zipSync({ 'a/data/0': SIX }),
      /one folder that holds a data\.pkl\. Received: \["a\/data\/0"\]/,
    ],
    ['a pickle in no folder', zipSync({ 'data.pkl': pickle('}') }), /one folder/],
    [
      'two pickles',
      zipSync({ 'a/data.pkl': pickle('}'), 'b/data.pkl': pickle('}') }),
      /Received: 2/,
    ],
    [
      'a TorchScript file',
      zipped(call('__torch__.net', 'Net'), {}, { 'a/code/x.py': SIX }),
      /"a TorchScript program, which torch\.jit\.save wrote"\.\nIn Python: torch\.save\(torch\.jit\.load/,
    ],
    [
      'a third byte order',
      zipped(root, undefined, { 'a/byteorder': bytesOf('pdp') }),
      /'little' or 'big'\. Received: "pdp"/,
    ],
    ['a storage of another size', zipped(root, { 0: SIX.slice(4) }), /has 24 bytes\. Received: 20/],
    ['no storage', zipped(root, {}), /holds the storage '0'/],
    ['an empty pickle', zipSync({ 'a/data.pkl': new Uint8Array(0) }), /goes on for 1 bytes/],
  ])('%s', async (_, bytes, message) => {
    expect(await messageOf(bytes)).toMatch(message);
  });
});

describe('files of other kinds', () => {
  const tar = new Uint8Array(512);
  tar.set(bytesOf('pickle'), 0);
  tar.set(bytesOf('ustar'), 257);
  it.each([
    ['nothing', new Uint8Array(0), /a zip or begins with a pickle\. Received: \[\]/],
    ['safetensors', encodeSafetensors({ tensors: {} }), /read it with decodeSafetensors/],
    ['a web page', bytesOf('<!DOCTYPE html>'), /looks like a web page; the download went wrong/],
    ['a tar file', tar, /PyTorch before 0\.1\.10/],
    ['text', bytesOf('hello'), /Is it a file that torch\.save wrote\?/],
    ['another pickle', pickle(int(3)), /the magic number.* "the number 3"\.\nIt is a pickle that/],
    [
      'another version',
      Buffer.concat([legacy('}').slice(0, 15), pickle(int(1002))]),
      /of version 1001.*1002/,
    ],
    ['no list of storages', Buffer.concat([legacy('}', []).slice(0, -7), pickle(int(2))]), /.*/],
  ])('%s', async (_, bytes, message) => {
    expect(await messageOf(bytes)).toMatch(message);
  });

  it.each([[null], ['text'], [[1, 2]], [new Float32Array(3)], [undefined]])('%s', async (bytes) => {
    expect(await messageOf(bytes)).toMatch(/`bytes` must be a Uint8Array or an ArrayBuffer/);
  });

  it('an option that does not exist', async () => {
    await expect(readPth(zipped('}'), { Path: 'x' } as never)).rejects.toThrow(/the keys path/);
  });
});
