import { tensor4d } from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { checkNumber, fail } from '../../internal/check.js';
import { checkBackend } from '../../internal/check_backend.js';
import type { PreparedImage } from './prepare_image.js';

/**
 * Images of both domains, `[size, height, width, channels]`, values in [−1, 1]; the caller owns them.
 */
export interface ImageBatch {
  readonly a: Tensor4D;
  readonly b: Tensor4D;
}

/** A data set of images from files, read batch by batch. */
export interface ImageDataSet<Files, Batch = ImageBatch> {
  /** The number of samples in an epoch; it becomes smaller by one for each skipped file, once that is found. */
  readonly length: number;
  /** The names of the files, in their order before shuffling. */
  readonly files: Files;
  /** The number of other files, by kind, for example `'.webp'`; these are not in `files`. */
  readonly passedOver: ReadonlyMap<string, number>;
  /** The reasons why files were skipped so far, by the file's name. */
  readonly skipped: ReadonlyMap<string, string>;
  /** Descriptions of what is wrong with files that were still read, by the file's name. */
  readonly warnings: ReadonlyMap<string, string>;
  /**
   * Reads batch k, which depends only on the seed and k: the samples k · size … k · size + size − 1, counted over
   * all epochs. The last batch of an epoch continues into the next epoch.
   *
   * @param k The number of the batch, 0 or more.
   * @param size The number of samples; default 1.
   * @throws GanKitError if k or size is out of range, a file cannot be read and is not skipped, or the images of
   *   a batch differ in size.
   */
  batch(k: number, size?: number): Promise<Batch>;
}

/** The images of one sample, by domain. */
export type Sample<Domain extends string> = Readonly<Record<Domain, PreparedImage>>;

export interface ImageDataSetParts<Files, Domain extends string> extends Pick<
  ImageDataSet<Files>,
  'files' | 'passedOver' | 'skipped' | 'warnings'
> {
  length(): number;
  readonly domains: readonly Domain[];
  readonly prefetch: boolean;
  /** Reads sample n, counted over all epochs. */
  sample(n: number): Promise<Sample<Domain>>;
}

/**
 * Makes a data set from a function that reads its samples; with `prefetch`, the next batch is read while one is
 * in use.
 */
export function imageDataSet<Files, Domain extends string>(
  where: string,
  parts: ImageDataSetParts<Files, Domain>,
): ImageDataSet<Files, Record<Domain, Tensor4D>> {
  const { files, passedOver, skipped, warnings, domains, prefetch } = parts;
  let ahead: { key: string; samples: Promise<Sample<Domain>[]> } | undefined;
  let next = 0;

  const load = (k: number, size: number): Promise<Sample<Domain>[]> =>
    Promise.all(Array.from({ length: size }, (_, i) => parts.sample(k * size + i)));
  const inOrder = (k: number) => {
    const expected = k === next;
    next = k + 1;
    return expected;
  };

  return {
    get length() {
      return parts.length();
    },
    ...{ files, passedOver, skipped, warnings },
    async batch(k, size = 1) {
      checkNumber(`${where}.batch`, 'k', k, { integer: true, min: 0 });
      checkNumber(`${where}.batch`, 'size', size, { integer: true, min: 1 });
      checkBackend(`${where}.batch`);
      const goesOn = inOrder(k);
      const loading = ahead?.key === `${k}/${size}` ? ahead.samples : load(k, size);
      ahead = undefined;
      const samples = await loading;
      if (prefetch && goesOn) {
        const following = load(k + 1, size);
        following.catch(() => undefined); // the call for that batch gets the error
        ahead = { key: `${k + 1}/${size}`, samples: following };
      }
      for (const domain of domains)
        checkOneSize(
          where,
          samples.map((sample) => sample[domain]),
        );
      const batch = domains.map((domain) => [domain, toTensor(samples.map((s) => s[domain]))]);
      return Object.fromEntries(batch) as Record<Domain, Tensor4D>;
    },
  };
}

function checkOneSize(where: string, images: readonly PreparedImage[]): void {
  const [first] = images;
  const other = images.find(
    ({ width, height }) => width !== first!.width || height !== first!.height,
  );
  if (other === undefined) return;
  const sizes = [first!, other].map(({ width, height }) => `${width} × ${height}`);
  fail(
    ...(['shape', `${where}.batch`, 'size', '1 where images differ in size'] as const),
    `${images.length}, with images of ${sizes.join(' and ')}`,
    "A `preprocess` with a crop gives all images one size; 'none' and 'scale_width' do not.",
  );
}

/** Makes a batch of images of one size. */
function toTensor(images: readonly PreparedImage[]): Tensor4D {
  const { width, height, channels, values } = images[0]!;
  const all = images.length === 1 ? values : new Float32Array(images.length * values.length);
  if (images.length > 1) images.forEach((image, i) => all.set(image.values, i * values.length));
  return tensor4d(all, [images.length, height, width, channels]);
}
