/**
 * Times the reading of files of float16 and of bfloat16, in turns:
 *
 *     npx tsx bench/half_files.ts [ROUNDS]
 *
 * 11.4 million values, as many as a ResNet generator of nine blocks has, in `.pth` and in safetensors.
 */
import { readPth } from '../src/io/pytorch/read_pth.js';
import { decodeSafetensors } from '../src/io/safetensors.js';
import { dict, tensor, zipped } from '../test/io/pytorch/forged_files.js';
import { fill } from './hash.js';
import { median, ratios } from './statistics.js';

const TENSORS = 20;
const VALUES = 570_000;

/** Rounds a float32 below 65,504, given by its bits, towards 0 to a float16; returns its bits. */
function half(word: number): number {
  const sign = (word >>> 31) << 15;
  const exponent = ((word >>> 23) & 255) - 112;
  const fraction = word & 0x7fffff;
  return exponent > 0
    ? sign | (exponent << 10) | (fraction >>> 13)
    : sign | ((0x800000 | fraction) >>> Math.min(14 - exponent, 31));
}

const CODES = { F16: half, BF16: (word: number) => word >>> 16 } as const;
type DType = keyof typeof CODES;
const STORAGES = { F16: 'Half', BF16: 'BFloat16' } as const;

const words = new Int32Array(fill(VALUES, 11, 0.05).buffer);
const bytesOf = (dtype: DType) => new Uint8Array(Uint16Array.from(words, CODES[dtype]).buffer);

function pth(dtype: DType): Uint8Array {
  const keys = Array.from({ length: TENSORS }, (_, key) => String(key));
  const shape = { elements: VALUES, size: [VALUES], stride: [1], type: STORAGES[dtype] };
  const bytes = bytesOf(dtype);
  return zipped(
    dict(...keys.map((key) => [`weight${key}`, tensor({ ...shape, key })] as const)),
    Object.fromEntries(keys.map((key) => [key, bytes])),
  );
}

function safetensors(dtype: DType): Uint8Array {
  const size = 2 * VALUES;
  const fields = Array.from(
    { length: TENSORS },
    (_, i) =>
      `"weight${i}":{"dtype":"${dtype}","shape":[${VALUES}],"data_offsets":[${i * size},${(i + 1) * size}]}`,
  );
  const header = new TextEncoder().encode(`{${fields.join()}}`);
  const file = new Uint8Array(8 + header.length + TENSORS * size);
  new DataView(file.buffer).setUint32(0, header.length, true);
  file.set(header, 8);
  for (let i = 0; i < TENSORS; i++) file.set(bytesOf(dtype), 8 + header.length + i * size);
  return file;
}

const READERS = {
  readPth: { make: pth, read: (file: Uint8Array): unknown => readPth(file) },
  decodeSafetensors: {
    make: safetensors,
    read: (file: Uint8Array): unknown => decodeSafetensors(file),
  },
};

const rounds = Number(process.argv[2] ?? 11);
for (const [name, { make, read }] of Object.entries(READERS)) {
  const files = { F16: make('F16'), BF16: make('BF16') };
  const times = { F16: [] as number[], BF16: [] as number[] };
  for (let round = 0; round <= rounds; round++)
    for (const dtype of round % 2 === 0 ? (['F16', 'BF16'] as const) : (['BF16', 'F16'] as const)) {
      const started = performance.now();
      await read(files[dtype]);
      if (round > 0) times[dtype].push(performance.now() - started); // the first warms up
    }
  const [f16, bf16] = [median(times.F16), median(times.BF16)].map(Math.round);
  const ratio = median(ratios(times.F16, times.BF16)).toFixed(2);
  console.log(`${name}: float16 ${f16} ms, bfloat16 ${bf16} ms, ratio ${ratio}`);
}
