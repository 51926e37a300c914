import { fail } from '../internal/check.js';
import { STORED_TYPES, adviceFor } from './safetensors_dtypes.js';

const WHERE = 'decodeSafetensors';

/** The format's own limit on the header; without it a forged length could ask for gigabytes. */
export const MAX_HEADER_BYTES = 100_000_000;
export const METADATA_KEY = '__metadata__';

/** The entry of a tensor in the header, with its position in the data that follows. */
export interface TensorEntry {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

export interface Header {
  readonly entries: readonly TensorEntry[];
  readonly metadata: Readonly<Record<string, string>>;
  /** The position of the data in the file. */
  readonly dataStart: number;
}

/** Quotes a name, shortened, because it comes from the file and could otherwise fill the message. */
const quote = (name: string) => `'${name.length > 80 ? `${name.slice(0, 80)}…` : name}'`;

/** Refuses the file, with a message in the common format. */
export function refuse(rule: string, received: unknown, advice?: string): never {
  fail('value', WHERE, 'bytes', `a safetensors file ${rule}`, received, advice);
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0;

/** Reads and checks the header: 8 bytes of length, little-endian, then JSON. */
export function readHeader(bytes: Uint8Array): Header {
  if (bytes.length < 8) refuse('of at least 8 bytes', bytes.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, 8);
  const length = view.getUint32(0, true) + 2 ** 32 * view.getUint32(4, true);
  if (length > MAX_HEADER_BYTES)
    refuse(
      `with a header of at most ${MAX_HEADER_BYTES} bytes`,
      length,
      'Is this a safetensors file? A .pth or .npz file is not.',
    );
  const dataStart = 8 + length;
  if (dataStart > bytes.length)
    refuse(
      `that holds its header of ${length} bytes`,
      bytes.length,
      'The file was cut off; copy it again.',
    );
  const { header, strange } = parse(bytes.subarray(8, dataStart));
  const { [METADATA_KEY]: metadata = {}, ...tensors } = header;
  if (!isRecord(metadata) || Object.values(metadata).some((value) => typeof value !== 'string'))
    refuse(`whose ${METADATA_KEY} maps strings to strings`, metadata);
  const entries = Object.entries(tensors).map(([name, info]) => readEntry(name, info));
  checkLayout(entries, bytes.length - dataStart);
  // other readers do not accept 2.0, 2e0 or -0
  if (strange !== undefined) refuse('whose numbers are written in digits alone', strange);
  return { entries, metadata: metadata as Record<string, string>, dataStart };
}

function parse(bytes: Uint8Array): {
  header: Record<string, unknown>;
  strange: string | undefined;
} {
  if (bytes[0] !== 0x7b) refuse('whose header begins with {', bytes[0]);
  let header: unknown;
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    header = JSON.parse(text);
  } catch (error) {
    refuse('whose header is JSON in UTF-8', (error as Error).message.slice(0, 200));
  }
  if (!isRecord(header)) refuse('whose header is a JSON object', header);
  const { twice, strange } = scan(text);
  if (twice !== undefined) refuse('whose header has each key once', quote(twice));
  return { header, strange };
}

/**
 * Finds what `JSON.parse` accepts without an error: a key that occurs twice in one object, of which it keeps the
 * last; and a sign, point or exponent outside of strings.
 */
function scan(text: string): { twice?: string; strange?: string } {
  const open: Set<string>[] = [];
  let strange: string | undefined;
  const colon = /[\t\n\r ]*:/y;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '{') open.push(new Set());
    else if (text[i] === '}') open.pop();
    else if (text[i] === '"') {
      const start = i++;
      while (text[i] !== '"') i += text[i] === '\\' ? 2 : 1;
      colon.lastIndex = i + 1;
      if (!colon.test(text)) continue;
      const key = JSON.parse(text.slice(start, i + 1)) as string;
      if (open.at(-1)!.has(key)) return { twice: key };
      open.at(-1)!.add(key);
    } else if ('-.eE'.includes(text[i]!)) strange ??= text.slice(Math.max(0, i - 8), i + 8);
  }
  return strange === undefined ? {} : { strange };
}

function readEntry(name: string, info: unknown): TensorEntry {
  const of = `tensor ${quote(name)}`;
  if (!isRecord(info) || Object.keys(info).sort().join() !== 'data_offsets,dtype,shape')
    refuse(`in which ${of} has dtype, shape and data_offsets, and nothing else`, info);
  const { dtype, shape, data_offsets: offsets } = info;
  const stored = typeof dtype === 'string' ? STORED_TYPES.get(dtype) : undefined;
  if (stored === undefined)
    refuse(
      `in which ${of} has a dtype among ${[...STORED_TYPES.keys()].join(', ')}`,
      typeof dtype === 'string' ? dtype.slice(0, 80) : dtype,
      typeof dtype === 'string' ? adviceFor(dtype) : undefined,
    );
  if (!Array.isArray(shape) || !shape.every(isCount))
    refuse(`in which ${of} has a shape of non-negative integers`, shape);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount))
    refuse(`in which ${of} has two non-negative integers as data_offsets`, offsets);
  const [begin, end] = offsets as [number, number];
  let size = stored.bytes;
  for (const axis of shape) {
    size *= axis;
    if (!Number.isSafeInteger(size)) refuse(`in which ${of} has a size below 2^53`, shape);
  }
  if (end - begin !== size)
    refuse(
      `in which ${of} (${dtype as string}, shape [${shape.slice(0, 8).join(',')}]) takes ${size} bytes`,
      offsets,
    );
  return { name, dtype: dtype as string, shape, begin, end };
}

/** Refuses tensors that overlap, leave gaps, or do not cover all of the data. */
function checkLayout(entries: TensorEntry[], dataBytes: number): void {
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let covered = 0;
  for (const { name, begin, end } of entries) {
    if (begin !== covered)
      refuse(
        `without ${begin < covered ? 'overlap' : 'gap'}: tensor ${quote(name)} begins at ${covered}`,
        begin,
      );
    covered = end;
  }
  if (covered !== dataBytes)
    refuse(
      `with ${covered} bytes of data, as its header says`,
      dataBytes,
      'The file was cut off, or something was appended to it; copy it again.',
    );
}
