import { isUint8Array } from '../../internal/brands.js';
const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** Returns the size that a PNG file states; undefined if the bytes are not a PNG. */
export function pngSize(bytes: unknown): { width: number; height: number } | undefined {
  if (!isUint8Array(bytes) || bytes.length < 24) return undefined;
  if (SIGNATURE.some((byte, i) => bytes[i] !== byte)) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, 24);
  return { width: view.getUint32(16), height: view.getUint32(20) };
}
