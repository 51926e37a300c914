import { checkNumber, fail } from '../../internal/check.js';
import { oneOf } from '../../internal/option_kinds.js';
import type { Option } from '../../internal/read_options.js';
import { sidesOf } from './preparation.js';
import type { Preparation, Preprocess, Sides } from './preparation.js';

/** The sizes of a data set if none are given. */
export interface SizeDefaults {
  readonly crop: number;
  readonly load: (crop: Sides) => Sides;
}

/** The options that determine the sizes. */
export interface SizeOptions {
  readonly preprocess: Preprocess;
  readonly load: Sides | false | undefined;
  readonly crop: Sides | undefined;
}

/**
 * The use of `load` and `crop` by each value of `preprocess`; if an image is only scaled, `crop` is its smallest
 * height.
 */
const USES: Readonly<Record<Preprocess, { readonly load: boolean; readonly crop: boolean }>> = {
  resize_and_crop: { load: true, crop: true },
  crop: { load: false, crop: true },
  scale_width: { load: true, crop: true },
  scale_width_and_crop: { load: true, crop: true },
  none: { load: false, crop: false },
};

/** Makes the reader of the option `preprocess`. */
export const preprocessOption = (): Option<Preprocess> =>
  oneOf(Object.keys(USES) as Preprocess[], { default: 'resize_and_crop' });

/** Checks `load` and `crop`, and replaces omitted ones by their defaults. */
export function imageSizes(
  where: string,
  options: SizeOptions,
  defaults: SizeDefaults,
): Required<Pick<Preparation, 'preprocess' | 'load' | 'crop'>> {
  const { preprocess, crop = defaults.crop } = options;
  const uses = USES[preprocess];
  for (const name of ['load', 'crop'] as const) {
    const value = options[name];
    if (value !== undefined && value !== false && !uses[name])
      fail('value', where, name, `left out with preprocess '${preprocess}'`, value);
  }
  checkSides(where, 'crop', crop);
  if (!uses.load) return { preprocess, load: false, crop };
  if (preprocess === 'resize_and_crop') {
    const { load = defaults.load(crop) } = options;
    if (load !== false) checkSides(where, 'load', load, sidesOf(crop));
    return { preprocess, load, crop };
  }
  const width = options.load ?? sidesOf(defaults.load(crop))[1];
  const least = preprocess === 'scale_width' ? 1 : sidesOf(crop)[1];
  checkNumber(where, 'load', width, rule('load', least));
  return { preprocess, load: width, crop };
}

const ADVICE = 'The crop is cut out of the resized image; `load: false` leaves images as they are.';

/** Makes the rule for a side, from `min` up to the longest side that is accepted. */
const rule = (name: string, min: number) => ({
  ...{ integer: true, min, max: 16384 },
  ...(name === 'load' && { advice: ADVICE }),
});

/** Checks a side, or a height and a width. */
export function checkSides(
  where: string,
  name: string,
  sides: unknown,
  [height, width]: readonly [number, number] = [1, 1],
): asserts sides is Sides {
  if (!Array.isArray(sides))
    return checkNumber(where, name, sides, rule(name, Math.max(height, width)));
  if (sides.length !== 2) fail('type', where, name, 'a number or [height, width]', sides);
  checkNumber(where, `${name}[0]`, sides[0], rule(name, height));
  checkNumber(where, `${name}[1]`, sides[1], rule(name, width));
}
