import { isArrayBuffer, isUint8Array } from '../internal/brands.js';
import { fail } from '../internal/check.js';
import { custom } from '../internal/option_kinds.js';
import type { Option } from '../internal/read_options.js';
import { readPth } from '../io/pytorch/read_pth.js';
import { decodeSafetensors } from '../io/safetensors.js';
import type { StateArray } from '../types.js';

/** The bytes of a file, or the `URL` of one. */
export type WeightsFile = Uint8Array | ArrayBuffer | { readonly href: string };

/** Reads an option that is a file. */
export const weightsFile = (): Option<WeightsFile> =>
  custom<WeightsFile>((where, parameter, value): asserts value is WeightsFile => {
    if (isUint8Array(value) || isArrayBuffer(value)) return;
    const { href } = (value ?? {}) as { href?: unknown };
    if (typeof href !== 'string')
      fail(
        ...(['type', where, parameter, 'the bytes of a file, or a URL', value] as const),
        'In Node, `await readFile(path)`; in a browser, `await file.arrayBuffer()`.',
      );
  });

/** Returns the bytes of a file; fetches them if it is a URL. */
export async function bytesOf(
  where: string,
  parameter: string,
  weights: WeightsFile,
): Promise<Uint8Array<ArrayBuffer>> {
  if (isUint8Array(weights)) return weights as Uint8Array<ArrayBuffer>;
  if (isArrayBuffer(weights)) return new Uint8Array(weights);
  const { href } = weights;
  const response = await fetch(href);
  if (!response.ok)
    fail('value', where, parameter, 'a URL that answers', `${response.status} of ${href}`);
  return new Uint8Array(await response.arrayBuffer());
}

/** Reads a state_dict from the bytes of a .pth or a .safetensors file, and detects which of them it is. */
export async function readStateDict(bytes: Uint8Array): Promise<Record<string, StateArray>> {
  const isSafetensors = bytes[8] === '{'.charCodeAt(0); // the JSON header follows 8 bytes that hold its length
  return isSafetensors ? decodeSafetensors(bytes).tensors : readPth(bytes);
}
