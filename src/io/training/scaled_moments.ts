/** Values that were multiplied by a factor, and those that division does not bring back. */
export interface Scaled {
  readonly values: Float32Array;
  /** The places whose value before is not the nearest to the quotient, and those values. */
  readonly rounded: { readonly places: Int32Array; readonly values: Float32Array };
}

/** Multiplies values by a factor, in float64, and rounds to float32. */
export function scaled(values: Float32Array, factor: number): Scaled {
  const products = Float32Array.from(values, (value) => value * factor);
  const places: number[] = [];
  products.forEach((product, i) => {
    if (Math.fround(product / factor) !== values[i]) places.push(i);
  });
  const rounded = {
    places: Int32Array.from(places),
    values: Float32Array.from(places, (place) => values[place]!),
  };
  return { values: products, rounded };
}

/**
 * Divides values by the factor that they were multiplied by. A rounded value is taken back where its product still is
 * what stands there: an idle round trip keeps every bit.
 */
export function unscaled({ values, rounded }: Scaled, factor: number): Float32Array {
  const quotients = Float32Array.from(values, (value) => value / factor);
  rounded.places.forEach((place, i) => {
    const before = rounded.values[i]!;
    if (Math.fround(before * factor) === values[place]) quotients[place] = before;
  });
  return quotients;
}
