import { isArrayBuffer, isUint8Array } from '../../internal/brands.js';
import { fail } from '../../internal/check.js';
import { readLegacy } from './legacy_file.js';
import { refuse } from './refuse.js';
import type { TorchFile } from './torch_file.js';
import { readZip } from './zip_file.js';

/** Reads a file in the format that its first bytes show; refuses other kinds with advice. */
export function openTorchFile(where: string, file: Uint8Array | ArrayBuffer): Promise<TorchFile> {
  const bytes = bytesOf(where, file);
  const begins = (text: string, at = 0) =>
    [...text].every((letter, i) => bytes[at + i] === letter.charCodeAt(0));
  if (begins('PK\x03\x04')) return readZip(bytes);
  if (begins('\x80')) return readLegacy(bytes);
  const advice = begins('{', 8)
    ? 'It looks like a safetensors file; read it with decodeSafetensors.'
    : begins('<')
      ? 'It looks like a web page; the download went wrong.'
      : begins('ustar', 257)
        ? 'It looks like a tar file of PyTorch before 0.1.10; save it again with a later version.'
        : 'Is it a file that torch.save wrote?';
  return refuse('that is a zip or begins with a pickle', [...bytes.subarray(0, 4)], advice);
}

function bytesOf(where: string, bytes: Uint8Array | ArrayBuffer): Uint8Array {
  if (isUint8Array(bytes)) return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength); // a Buffer is a subclass
  if (isArrayBuffer(bytes)) return new Uint8Array(bytes);
  return fail('type', where, 'bytes', 'a Uint8Array or an ArrayBuffer', bytes);
}
