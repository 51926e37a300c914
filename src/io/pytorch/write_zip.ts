import { zipSync } from 'fflate';
import { fail } from '../../internal/check.js';

/** PyTorch places each entry's bytes so, for memory maps. */
const ALIGNMENT = 64;
const LOCAL_HEADER = 30;
const EXTRA_HEADER = 4;
/** The extra field that pads, `FB`, as PyTorch's own writer has it. */
const PADDING = 0x4246;
/** Larger files, and more entries, need another format. */
const [MAX_BYTES, MAX_ENTRIES] = [2 ** 32 - 1, 2 ** 16 - 1];

/**
 * Writes a zip file of stored entries, each of which begins at a multiple of 64 bytes. Equal entries give equal bytes:
 * the date is always the first that a zip file can have.
 *
 * @param parameter What the entries are made of, for messages.
 * @param entries Names in ASCII, and contents.
 */
export function writeZip(
  where: string,
  parameter: string,
  entries: readonly (readonly [name: string, bytes: Uint8Array])[],
): Uint8Array {
  const total = entries.reduce((sum, [, bytes]) => sum + bytes.length + 4 * ALIGNMENT, 0);
  if (total > MAX_BYTES || entries.length > MAX_ENTRIES)
    fail(
      ...(['value', where, parameter] as const),
      `small enough for a file of 4 GiB and ${MAX_ENTRIES} entries`,
      `${total} bytes and ${entries.length} entries`,
    );
  let end = 0;
  const files = entries.map(([name, bytes]) => {
    const start = end + LOCAL_HEADER + name.length + EXTRA_HEADER; // names are ASCII
    const padding = new Uint8Array((ALIGNMENT - (start % ALIGNMENT)) % ALIGNMENT);
    end = start + padding.length + bytes.length;
    return [name, [bytes, { extra: { [PADDING]: padding } }] as const] as const;
  });
  return zipSync(Object.fromEntries(files) as unknown as Parameters<typeof zipSync>[0], {
    level: 0,
    mtime: new Date(1980, 0, 1),
  });
}
