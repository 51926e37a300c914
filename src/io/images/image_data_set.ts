import { tensor4d } from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { checkNumber } from '../../internal/check.js';
import { checkBackend } from '../../internal/check_backend.js';
import type { ImageChannels } from './prepare_image.js';

/** Images of both domains, `[size, crop, crop, channels]`, values in [−1, 1]; the caller owns them. */
export interface ImageBatch {
  readonly a: Tensor4D;
  readonly b: Tensor4D;
}

/** Images from files, batch by batch. */
export interface ImageDataSet<Files> {
  /** How many samples an epoch has; less by each file that is skipped, once that is found out. */
  readonly length: number;
  /** The files, in their order before any shuffling. */
  readonly files: Files;
  /** How many other files there are, by kind, such as `'.webp'`: these were not listed. */
  readonly passedOver: ReadonlyMap<string, number>;
  /** The files that were passed over so far, by name, and why. */
  readonly skipped: ReadonlyMap<string, string>;
  /**
   * Batch k, a function of the seed and k: samples k · size … k · size + size − 1 of those counted
   * over all epochs. The last batch of an epoch goes on into the next.
   *
   * @param k From 0 on.
   * @param size How many samples; default 1.
   * @throws GanKitError if k or size is out of range, or a file cannot be read and is not skipped.
   */
  batch(k: number, size?: number): Promise<ImageBatch>;
}

/** The images of one sample, or of some one after another. */
export interface SampleValues {
  readonly a: Float32Array;
  readonly b: Float32Array;
}

export interface ImageDataSetParts<Files> {
  length(): number;
  readonly files: Files;
  readonly passedOver: ReadonlyMap<string, number>;
  readonly skipped: ReadonlyMap<string, string>;
  readonly crop: number;
  readonly channels: { readonly a: ImageChannels; readonly b: ImageChannels };
  readonly prefetch: boolean;
  /** Sample n of those counted over all epochs. */
  sample(n: number): Promise<SampleValues>;
}

/** A data set from a function that gives its samples; the next batch is read while one is in use. */
export function imageDataSet<Files>(
  where: string,
  parts: ImageDataSetParts<Files>,
): ImageDataSet<Files> {
  const { files, passedOver, skipped, crop, channels, prefetch } = parts;
  let ahead: { key: string; values: Promise<SampleValues> } | undefined;
  let next = 0;

  const load = async (k: number, size: number): Promise<SampleValues> => {
    const numbers = Array.from({ length: size }, (_, i) => k * size + i);
    const samples = await Promise.all(numbers.map((n) => parts.sample(n)));
    return { a: joined(samples.map(({ a }) => a)), b: joined(samples.map(({ b }) => b)) };
  };
  const inOrder = (k: number) => {
    const expected = k === next;
    next = k + 1;
    return expected;
  };

  return {
    get length() {
      return parts.length();
    },
    files,
    passedOver,
    skipped,
    async batch(k, size = 1) {
      checkNumber(`${where}.batch`, 'k', k, { integer: true, min: 0 });
      checkNumber(`${where}.batch`, 'size', size, { integer: true, min: 1 });
      checkBackend(`${where}.batch`);
      const goesOn = inOrder(k);
      const loading = ahead?.key === `${k}/${size}` ? ahead.values : load(k, size);
      ahead = undefined;
      const { a, b } = await loading;
      if (prefetch && goesOn) {
        const values = load(k + 1, size);
        values.catch(() => undefined); // who asks for that batch hears of it
        ahead = { key: `${k + 1}/${size}`, values };
      }
      return {
        a: tensor4d(a, [size, crop, crop, channels.a]),
        b: tensor4d(b, [size, crop, crop, channels.b]),
      };
    },
  };
}

function joined(parts: readonly Float32Array[]): Float32Array {
  if (parts.length === 1) return parts[0]!;
  const result = new Float32Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}
