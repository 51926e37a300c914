import { isUint8Array } from '../../internal/brands.js';
import { samplesLike } from './picture.js';
import type { Picture } from './picture.js';

const hasAlpha = ({ channels }: Picture) => channels === 2 || channels === 4;

/** Removes alpha from a picture without multiplying the colours by it, as PIL does. */
export function withoutAlpha(image: Picture): Picture {
  if (!hasAlpha(image)) return image;
  const { width, height, channels, data } = image;
  const own = (channels - 1) as 1 | 3;
  const rest = samplesLike(data, width * height * own);
  for (let i = 0; i < rest.length; i++) rest[i] = data[Math.floor(i / own) * channels + (i % own)]!;
  return { width, height, channels: own, data: rest };
}

/**
 * Lays a picture over a plain background: c = (α x + (opaque − α) background) / opaque, rounded, as PIL's `paste`
 * with a mask does.
 */
export function laidOver(image: Picture, background: number, opaque: number): Picture {
  if (!hasAlpha(image)) return image;
  return mapColours(image, (x, alpha) =>
    rounded(alpha * x + (opaque - alpha) * background, opaque),
  );
}

/** Multiplies the colours by alpha, which must be done before pixels are mixed: a clear pixel has no colour. */
export const premultiplied = (image: Picture, opaque: number): Picture =>
  mapColours(image, (x, alpha) => rounded(alpha * x, opaque));

/** Undoes {@link premultiplied}; the result is rounded down if it is bytes, and limited to white, as in PIL. */
export const unpremultiplied = (image: Picture, opaque: number): Picture => {
  const whole = isUint8Array(image.data);
  return mapColours(image, (x, alpha) => {
    if (alpha <= 0 || alpha === opaque) return x;
    const value = (opaque * x) / alpha;
    return Math.min(whole ? Math.floor(value) : value, opaque);
  });
};

const rounded = (product: number, opaque: number) => Math.floor(product / opaque + 0.5);

function mapColours(image: Picture, map: (x: number, alpha: number) => number): Picture {
  const { channels, data } = image;
  const result = data.slice();
  for (let i = 0; i < data.length; i += channels) {
    const alpha = data[i + channels - 1]!;
    for (let channel = 0; channel < channels - 1; channel++)
      result[i + channel] = map(data[i + channel]!, alpha);
  }
  return { ...image, data: result };
}
