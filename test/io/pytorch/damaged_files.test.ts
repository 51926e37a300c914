import { describe, expect, it } from 'vitest';
import { GanKitError } from '../../../src/errors.js';
import { readPth } from '../../../src/io/pytorch/read_pth.js';
import { bytesOf as decoded } from '../../helpers/base64.js';
import { fixture } from '../../helpers/fixtures.js';
import { fc } from '../../helpers/properties.js';
import { bytesOf, dict, legacy, tensor, zipped } from './forged_files.js';
import type { Part } from './forged_files.js';

const { cases } = fixture<{ cases: Record<string, { file: string; path?: string[] }> }>(
  'torch_files',
);
const fileOf = (name: string) => decoded(cases[name]!.file);

/** Reads a damaged file: arrays that fit, or the one error; never large, never long. */
async function outcome(bytes: Uint8Array, path: string[] = []): Promise<'read' | 'refused'> {
  const started = performance.now();
  try {
    const arrays = Object.values(await readPth(bytes, { path }));
    let size = 0;
    for (const { shape, data } of arrays) {
      expect(data.length).toBe(shape.reduce((x, y) => x * y, 1));
      size += data.byteLength;
    }
    expect(size).toBeLessThanOrEqual(16 * bytes.length + 2 ** 20);
    return 'read';
  } catch (error) {
    expect(error).toBeInstanceOf(GanKitError);
    expect((error as Error).message).toMatch(/^readPth: `(bytes|path)` must be /);
    return 'refused';
  } finally {
    expect(performance.now() - started).toBeLessThan(2000);
  }
}

describe('a file that is cut off', () => {
  it.each(['zip', 'legacy', 'views, zip', 'deflated', 'half, legacy'])(
    '%s: refused at every length',
    async (name) => {
      const whole = fileOf(name);
      expect(await outcome(whole)).toBe('read');
      for (let length = 0; length < whole.length; length++)
        if ((await outcome(whole.slice(0, length))) !== 'refused')
          throw new Error(`${length} of ${whole.length} bytes were read`);
    },
  );
});

describe('a file with other bytes', () => {
  const flips = (length: number) =>
    fc.array(fc.tuple(fc.nat(length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 });

  it.each([
    'zip',
    'legacy',
    'views, zip',
    'dtypes, legacy',
    'deflated',
    'checkpoint, zip, protocol 4',
  ])('%s: read or refused, never something else', async (name) => {
    const whole = fileOf(name);
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(flips(whole.length), async (changes) => {
        const bytes = whole.slice();
        for (const [at, to] of changes) bytes[at] = to;
        if ((await outcome(bytes, cases[name]!.path)) === 'refused') refused++;
      }),
      { numRuns: 1500 },
    );
    expect(refused).toBeGreaterThan(50);
  });

  it('parts cut out and doubled', async () => {
    const change = fc.tuple(fc.nat(), fc.integer({ min: 1, max: 60 }), fc.boolean());
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('zip', 'legacy', 'views, legacy'),
        fc.array(change, { minLength: 1, maxLength: 3 }),
        async (name, changes) => {
          let bytes = [...fileOf(name)];
          for (const [place, length, doubled] of changes) {
            const at = place % bytes.length;
            const part = bytes.slice(at, at + length);
            bytes = [
              ...bytes.slice(0, at),
              ...(doubled ? [...part, ...part] : []),
              ...bytes.slice(at + length),
            ];
          }
          await outcome(Uint8Array.from(bytes));
        },
      ),
      { numRuns: 1500 },
    );
  });
});

describe('a pickle of any operations', () => {
  /** Operations with arguments that make sense now and then. */
  const operation: fc.Arbitrary<Part> = fc.oneof(
    fc.constantFrom<Part>(...'N])}(0122tldaesuRbQo', 0x88, 0x85, 0x86, 0x87, 0x93, 0x94),
    fc.constantFrom<Part>(0x81, 0x92, 0x8f, 0x90, 0x91, 'ios\nsystem\n', [0x82, 1]),
    fc.nat(255).map((byte) => ['K', byte]),
    fc.nat(3).map((place) => ['h', place]),
    fc.nat(3).map((place) => ['q', place]),
    fc
      .constantFrom('storage', 'module', '0', 'cpu', 'a', 'torch.Size')
      .map((value) => ['U', value.length, value]),
    fc.constantFrom<Part>(
      'ctorch\nFloatStorage\n',
      'ctorch\nSize\n',
      'ccollections\nOrderedDict\n',
      'ctorch._utils\n_rebuild_tensor_v2\n',
      'ctorch._utils\n_rebuild_parameter\n',
      'ctorch._utils\n_rebuild_tensor_v3\n',
      'ctorch._tensor\n_rebuild_from_type_v2\n',
      'ccollections\nCounter\n',
      'ccopyreg\n_reconstructor\n',
      'ctorch\nfloat16\n',
      'cos\nsystem\n',
    ),
    fc.constantFrom<Part>(tensor(), dict(['w', tensor()])),
    fc.nat(255),
  );

  it('is refused or makes arrays', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { maxLength: 40 }), async (operations) => {
        const root = bytesOf(...operations);
        await outcome(legacy([...root]));
        await outcome(zipped([...root]));
      }),
      { numRuns: 3000 },
    );
  });

  it('tensors of any geometry are refused or lie inside their storage', async () => {
    const small = fc.integer({ min: -2, max: 8 });
    let read = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(small, fc.oneof(small, fc.constantFrom(2 ** 30, -(2 ** 31)))), {
          maxLength: 4,
        }),
        small,
        async (axes, offset) => {
          const [size, stride] = [axes.map(([n]) => n), axes.map(([, n]) => n)];
          const from = ['J', new Uint8Array(Int32Array.of(offset).buffer)];
          const root = dict(['a', tensor({ size, stride, offset: from })]);
          const legal = [...size, ...stride, offset].every((n) => n >= 0);
          const last = axes.reduce((at, [n, step]) => at + (n - 1) * step, offset);
          const empty = size.includes(0);
          const expected = legal && (empty || last < 6) ? 'read' : 'refused';
          if (expected === 'read') read++;
          expect(await outcome(zipped(root))).toBe(expected);
        },
      ),
      { numRuns: 3000 },
    );
    expect(read).toBeGreaterThan(200);
  });
});
