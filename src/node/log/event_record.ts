import type { RasterImage } from '../../io/image_grid.js';
import { encodePNG } from '../images/png.js';
import { crc32c } from './crc32c.js';
import { message, utf8 } from './protobuf.js';
import type { Field } from './protobuf.js';

/** When an event was, and of which step it is. */
export interface Moment {
  /** Seconds since 1970. */
  readonly wallTime: number;
  readonly step: number;
}

/** Frames data as a TFRecord: length and data, each with its masked checksum. */
function record(data: Uint8Array): Uint8Array {
  const masked = (bytes: Uint8Array): number => {
    const crc = crc32c(bytes);
    return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
  };
  const frame = Buffer.alloc(16 + data.length);
  frame.writeBigUInt64LE(BigInt(data.length), 0);
  frame.writeUInt32LE(masked(frame.subarray(0, 8)), 8);
  frame.set(data, 12);
  frame.writeUInt32LE(masked(data), 12 + data.length);
  return frame;
}

/** Makes the record of an Event; protocol buffers leave out a step of 0. */
function event({ wallTime, step }: Moment, what: Field): Uint8Array {
  const ofStep: Field[] = step === 0 ? [] : [[2, 'varint', step]];
  return record(message([1, 'double', wallTime], ...ofStep, what));
}

/** Makes the record that each file begins with. */
export const versionRecord = (wallTime: number): Uint8Array =>
  event({ wallTime, step: 0 }, [3, 'bytes', utf8('brain.Event:2')]);

/** Makes the record of a beginning at a step: a reader drops what earlier files have of it and of later steps. */
export const startRecord = (moment: Moment): Uint8Array =>
  event(moment, [7, 'bytes', message([1, 'varint', 1])]);

/** Makes the record of numbers by name. */
export const scalarsRecord = (
  moment: Moment,
  values: Readonly<Record<string, number>>,
): Uint8Array =>
  event(moment, [
    5,
    'bytes',
    message(
      ...Object.entries(values).map(([tag, value]): Field => [
        1,
        'bytes',
        message([1, 'bytes', utf8(tag)], [2, 'float', value]),
      ]),
    ),
  ]);

/** Makes the record of a picture. */
export function imageRecord(moment: Moment, tag: string, image: RasterImage): Uint8Array {
  const picture = message(
    [1, 'varint', image.height],
    [2, 'varint', image.width],
    [3, 'varint', image.channels],
    [4, 'bytes', encodePNG(image)],
  );
  const value = message([1, 'bytes', utf8(tag)], [4, 'bytes', picture]);
  return event(moment, [5, 'bytes', message([1, 'bytes', value])]);
}
