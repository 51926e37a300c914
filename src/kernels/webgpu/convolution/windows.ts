/*
 * Places of images, in WGSL. A place is (first row of its image in the batch, y, x), a step from it is
 * (down, right, channel, what else the shader needs). Both may lead out of the image, where all is 0. As 0 times a
 * NaN or an infinity of the other operand is NaN, an infinite filter makes results at the border NaN, as with all
 * convolutions by products.
 */

/** Most lines of pixels of a batch, which keep places in the range of the fast division. */
export const MOST_LINES: number = 2 ** 21;

/** The step out of every image, and a division. */
export const divide: string = `
/** A step that leads out of every image. */
const OUTSIDE = vec4i(1 << 29, 0, 0, 0);

/** (a / b, a % b) for 0 <= a and a / b below 2^22; an integer division takes several times as long. */
fn divided(a : i32, b : i32) -> vec2i {
  let near = i32(f32(a) / f32(b));
  let rest = a - near * b;
  let more = i32(rest >= b) - i32(rest < 0);
  return vec2i(near + more, rest - more * b);
}
`;

/**
 * Functions that read four numbers at four steps from a place, of `image`, an array of vectors if the number of
 * channels is a multiple of 4. The shader has `stepOf(index : i32) -> vec4i` and the numbers height, width
 * and channels of the image.
 */
export const readWindows = (inQuads: boolean): string => `
/** The vector or number of the image at a step from a place, or 0 outside. */
fn readImage(place : vec3i, step : vec4i) -> ${inQuads ? 'vec4f' : 'f32'} {
  let y = place.y + step.x;
  let x = place.z + step.y;
  let isInside = y >= 0 && y < numbers.height && x >= 0 && x < numbers.width;
  let at = ((place.x + y) * numbers.width + x) * numbers.channels + step.z;
  let value = image[select(0, at, isInside)${inQuads ? ' / 4' : ''}];
  return select(${inQuads ? 'vec4f()' : '0'}, value, isInside);
}
${
  inQuads
    ? `
alias Steps = vec4i;
fn stepsFrom(first : i32) -> Steps { return stepOf(first); }
fn readQuad(place : vec3i, step : Steps) -> vec4f { return readImage(place, step); }`
    : `
alias Steps = array<vec4i, 4>;
fn stepsFrom(first : i32) -> Steps {
  var steps : Steps;
  for (var i = 0; i < 4; i++) { steps[i] = stepOf(first + i); }
  return steps;
}
fn readQuad(place : vec3i, steps : Steps) -> vec4f {
  return vec4f(
    readImage(place, steps[0]), readImage(place, steps[1]),
    readImage(place, steps[2]), readImage(place, steps[3]));
}`
}
`;
