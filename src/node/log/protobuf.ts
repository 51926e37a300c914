/** The fields of a message by number. Of those kinds that event files need. */
export type Field = readonly [
  number: number,
  kind: 'varint' | 'double' | 'float' | 'bytes',
  value: number | Uint8Array,
];

/** The wire types of the kinds. */
const WIRE = { varint: 0, double: 1, bytes: 2, float: 5 } as const;

/** Encodes a whole number from 0 on, seven bits a byte. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  bytes.push(rest);
  return bytes;
}

/** Encodes a message of protocol buffers, its fields in their order. */
export function message(...fields: readonly Field[]): Uint8Array {
  const parts: Buffer[] = [];
  for (const [number, kind, value] of fields) {
    parts.push(Buffer.from(varint(number * 8 + WIRE[kind])));
    if (typeof value !== 'number')
      parts.push(Buffer.from(varint(value.length)), Buffer.from(value));
    else if (kind === 'varint') parts.push(Buffer.from(varint(value)));
    else {
      const bytes = Buffer.alloc(kind === 'double' ? 8 : 4);
      if (kind === 'double') bytes.writeDoubleLE(value);
      else bytes.writeFloatLE(value);
      parts.push(bytes);
    }
  }
  return Buffer.concat(parts);
}

/** Encodes a text. */
export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
