import { fail } from './check.js';

/** Heights and widths that a network takes: multiples of a number, from a minimum on. */
export interface ImageSizes {
  readonly multipleOf: number;
  readonly least: number;
}

/**
 * Refuses heights and widths that do not fit, and names the nearest that fit.
 *
 * @param received The value in the message; default the shape.
 */
export function checkSizes(
  where: string,
  parameter: string,
  shape: readonly (number | null)[],
  { multipleOf, least }: ImageSizes,
  { advice = '', received = shape }: { readonly advice?: string; readonly received?: unknown } = {},
): void {
  const [height = null, width = null] = shape;
  const fits = (size: number | null) => size === null || (size >= least && size % multipleOf === 0);
  if (fits(height) && fits(width)) return;
  const nearest = [height, width].map((size) => {
    if (fits(size)) return `${size}`;
    const below = Math.floor(size! / multipleOf) * multipleOf;
    return below >= least ? `${below} or ${below + multipleOf}` : `${least}`;
  });
  const rule = multipleOf === 1 ? '' : `multiples of ${multipleOf}, `;
  fail(
    'value',
    where,
    parameter,
    `of a height and width that are ${rule}from ${least} on`,
    received,
    `Sizes next to these: height ${nearest[0]}, width ${nearest[1]}.${advice}`,
  );
}
