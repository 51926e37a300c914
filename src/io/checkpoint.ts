import { GanKitError } from '../errors.js';
import { isUint8Array } from '../internal/brands.js';
import { checkOptions, fail } from '../internal/check.js';
import type { SavedState, StateValue } from '../types.js';
import { toJSONText } from './json_text.js';
import type { JSONValue } from './json_text.js';
import { decodeSafetensors, encodeSafetensors } from './safetensors.js';

const FORMAT = 'gan-kit checkpoint';
const VERSION = '1';

/** Values that a program stores besides the state: step, options, curves. */
export type CheckpointExtra = Readonly<Record<string, JSONValue>>;

/** The content of a checkpoint. */
export interface Checkpoint {
  readonly state: SavedState;
  readonly extra: CheckpointExtra;
}

/**
 * Writes a state as a safetensors file, with the arrays as tensors and the values as JSON in the metadata.
 *
 * @param state The result of `state()` of a system or a component.
 * @param extra Any values that JSON can represent; {@link decodeCheckpoint} returns them unchanged; default {}.
 * @returns The bytes of the file; equal states give equal bytes.
 * @throws GanKitError if a value is not JSON (NaN, a Map) or an array does not fit its shape.
 *
 * **Differentiable:** no.
 *
 * @example
 * ```ts
 * import { decodeCheckpoint, encodeCheckpoint } from 'gan-kit/io';
 * import { adam } from 'gan-kit/training';
 *
 * const optimizer = adam({ learningRate: 1e-4 });
 * const bytes = encodeCheckpoint(await optimizer.state(), { step: 300 });
 * console.log(decodeCheckpoint(bytes).extra); // → { step: 300 }
 * ```
 */
export function encodeCheckpoint(state: SavedState, extra: CheckpointExtra = {}): Uint8Array {
  const where = 'encodeCheckpoint';
  checkOptions(where, state, ['values', 'arrays'], 'state');
  for (const [name, part] of Object.entries({ values: state.values, arrays: state.arrays, extra }))
    if (typeof part !== 'object' || part === null || Array.isArray(part))
      fail('type', where, name === 'extra' ? name : `state.${name}`, 'an object', part);
  return encodeSafetensors({
    tensors: state.arrays,
    metadata: {
      format: FORMAT,
      version: VERSION,
      values: toJSONText(where, 'state.values', state.values),
      extra: toJSONText(where, 'extra', extra),
    },
  });
}

/**
 * Reads a file of {@link encodeCheckpoint}, bit for bit.
 *
 * @param bytes A whole checkpoint.
 * @returns The state, for `restore()`, and the extra values.
 * @throws GanKitError if the file is damaged, is not a checkpoint, or has another format version.
 *
 * **Differentiable:** no.
 *
 * @example
 * ```ts
 * import { decodeCheckpoint, encodeCheckpoint } from 'gan-kit/io';
 * import { adam } from 'gan-kit/training';
 *
 * const optimizer = adam({ learningRate: 1e-4 });
 * const bytes = encodeCheckpoint(await optimizer.state());
 * const { state, extra } = decodeCheckpoint(bytes);
 * await optimizer.restore(state);
 * console.log(extra); // → {}
 * ```
 */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint {
  const where = 'decodeCheckpoint';
  if (!isUint8Array(bytes))
    fail(
      'type',
      where,
      'bytes',
      'a Uint8Array',
      bytes,
      'Wrap an ArrayBuffer: new Uint8Array(buffer).',
    );
  const { tensors, metadata } = decodeSafetensors(bytes);
  if (metadata['format'] !== FORMAT)
    fail(
      'value',
      where,
      'bytes',
      `a checkpoint, with the format '${FORMAT}'`,
      metadata['format'],
      'Read other safetensors files with decodeSafetensors.',
    );
  if (metadata['version'] !== VERSION)
    fail(
      'value',
      where,
      'bytes',
      `a checkpoint of version ${VERSION}`,
      metadata['version'],
      'It was written by another version of gan-kit; use that one.',
    );
  const read = (key: string) => parseObject(where, key, metadata[key]);
  return {
    state: { values: read('values') as Record<string, StateValue>, arrays: tensors },
    extra: read('extra'),
  };
}

function parseObject(where: string, key: string, text: string | undefined): CheckpointExtra {
  let value: unknown;
  try {
    value = JSON.parse(text ?? '');
  } catch (cause) {
    throw new GanKitError(
      'value',
      `${where}: \`bytes\` must be a checkpoint whose '${key}' are JSON. Received: ${text === undefined ? 'nothing' : 'other text'}.`,
      { cause, where, parameter: 'bytes' },
    );
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    fail('value', where, 'bytes', `a checkpoint whose '${key}' are an object`, value);
  return value as CheckpointExtra;
}
