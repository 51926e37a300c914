import { Sums, totalOf } from './sums';

/** The number of vectors of a sample's channels: factor of x − μ, μ, offset, and factor of dy. */
export const VECTORS: i32 = 4;

/** Applies vectors of channels to x [samples, places, channels], row by row; see {@link normalizeRows}. */
export class Normalization {
  kind: i32;
  x: usize;
  dy: usize;
  to: usize;
  samples: i32;
  places: i32;
  channels: i32;
  groups: i32;
  mean: usize;
  variance: usize;
  gamma: usize;
  beta: usize;
  epsilon: f32;
  /** float32 [samples, 4, channels]. */
  vectors: usize;
  /**
   * For the gradient: Σ dy and Σ dy·x̂ of channels, and the number of elements from one sample's to the next; dγ and
   * dβ are written to `mean` and `variance`.
   */
  sums: usize;
  products: usize;
  stride: i32;
  channelsOfTask: i32;
  rowsOfTask: i32;
}

function inverseOf(variance: f32, epsilon: f32): f64 {
  return 1 / sqrt(<f64>variance + epsilon);
}

/** Computes mean and biased variance of some groups from sums from an origin: the first value of a channel. */
export function joinMoments(work: Sums, task: i32): void {
  const width = work.inner / work.groups;
  const end = min((task + 1) * work.resultsOfTask, work.outer * work.groups);
  const count = <f64>work.count;
  for (let i = task * work.resultsOfTask; i < end; i++) {
    const outer = i / work.groups;
    const column = (i % work.groups) * width;
    let mean: f64 = 0;
    let squares: f64 = 0;
    for (let c = column; c < column + width; c++) {
      const sum = totalOf(work.first, work, outer, c);
      const own = <f64>load<f32>(originAt(work, outer, c)) + sum / count;
      // the mean of the channels so far, and the squares of distances from it
      const share = 1 / <f64>(c - column + 1);
      const distance = own - mean;
      squares += totalOf(work.second, work, outer, c) - (sum * sum) / count;
      if (c > column) squares += distance * distance * (1 - share) * count;
      mean += distance * share;
    }
    store<f32>(work.means + ((<usize>i) << 2), <f32>mean);
    store<f32>(work.to + ((<usize>i) << 2), <f32>max(0, squares / (count * width)));
  }
}

/** Returns the address of what a column is counted from. */
function originAt(work: Sums, outer: i32, column: i32): usize {
  return work.origins + <usize>outer * work.originStride + ((<usize>column) << 2);
}

/** Sets the origins of moments: the first value of a channel, so that a large mean takes no digits of the variance. */
export function setFirstValues(work: Sums): void {
  for (let outer = 0; outer < work.outer; outer++)
    for (let c = 0; c < work.inner; c++) {
      const x = load<f32>(work.x + ((<usize>outer * work.count * work.inner + c) << 2));
      store<f32>(originAt(work, outer, c), x - x == 0 ? x : 0);
    }
}

/** Sets the origins of slopes: the mean of a channel's group. */
export function setMeans(work: Sums): void {
  const width = work.inner / work.groups;
  let mean = work.means;
  for (let outer = 0; outer < work.outer; outer++)
    for (let c = 0; c < work.inner; mean += 4)
      for (let end = c + width; c < end; c++) store<f32>(originAt(work, outer, c), load<f32>(mean));
}

/** Computes the vectors for a task's channels of samples, for γ (x − μ)/√(σ² + ε) + β; for a gradient dγ and dβ. */
export function prepareChannels(work: Normalization, task: i32): void {
  if (work.dy != 0) return sumSamples(work, task);
  const channels = work.channels;
  const width = channels / work.groups;
  const end = min((task + 1) * work.channelsOfTask, work.samples * channels);
  for (let i = task * work.channelsOfTask; i < end; i++) {
    const channel = i % channels;
    const sample = i / channels;
    const group = (<usize>(sample * work.groups + channel / width)) << 2;
    const at = (<usize>channel) << 2;
    const inverse = inverseOf(load<f32>(work.variance + group), work.epsilon);
    const gamma = work.gamma != 0 ? load<f32>(work.gamma + at) : 1;
    setVectors(
      work.vectors,
      channels,
      sample,
      channel,
      <f32>(inverse * gamma),
      load<f32>(work.mean + group),
      work.gamma != 0 ? load<f32>(work.beta + at) : 0,
      0,
    );
  }
}

/** Computes dγ and dβ of a task's channels. */
function sumSamples(work: Normalization, task: i32): void {
  const end = min((task + 1) * work.channelsOfTask, work.channels);
  for (let c = task * work.channelsOfTask; c < end; c++) {
    let dGamma: f64 = 0;
    let dBeta: f64 = 0;
    for (let sample = 0; sample < work.samples; sample++) {
      const at = (<usize>(sample * work.stride + c)) << 3;
      dGamma += load<f64>(work.products + at);
      dBeta += load<f64>(work.sums + at);
    }
    store<f32>(work.mean + ((<usize>c) << 2), <f32>dGamma);
    store<f32>(work.variance + ((<usize>c) << 2), <f32>dBeta);
  }
}

function setVectors(
  vectors: usize,
  channels: i32,
  sample: i32,
  channel: i32,
  factor: f32,
  mean: f32,
  offset: f32,
  slope: f32,
): void {
  const row = (<usize>channels) << 2;
  const at = vectors + <usize>sample * VECTORS * row + ((<usize>channel) << 2);
  store<f32>(at, factor);
  store<f32>(at + row, mean);
  store<f32>(at + 2 * row, offset);
  store<f32>(at + 3 * row, slope);
}

/**
 * Computes the vectors of the gradient in x for some groups, from Σ dy and Σ dy (x − μ) of their channels: with
 * x̂ = (x − μ)/√(σ² + ε), dx = (γ·dy − mean(γ·dy) − x̂ · mean(γ·dy·x̂)) / √(σ² + ε). Keeps Σ dy and Σ dy·x̂ of each
 * channel, in place of the sums of its first chunk.
 */
export function joinSlopes(work: Sums, task: i32): void {
  const width = work.inner / work.groups;
  const end = min((task + 1) * work.resultsOfTask, work.outer * work.groups);
  for (let i = task * work.resultsOfTask; i < end; i++) {
    const outer = i / work.groups;
    const column = (i % work.groups) * width;
    const inverse = inverseOf(load<f32>(work.to + ((<usize>i) << 2)), work.epsilon);
    let slopes: f64 = 0;
    let products: f64 = 0;
    for (let c = column; c < column + width; c++) {
      const slope = totalOf(work.first, work, outer, c);
      const product = totalOf(work.second, work, outer, c) * inverse;
      const at = (<usize>outer * work.chunks * work.inner + c) << 3;
      store<f64>(work.first + at, slope);
      store<f64>(work.second + at, product);
      slopes += slope * gammaAt(work, c);
      products += product * gammaAt(work, c);
    }
    const share = inverse / (<f64>work.count * width);
    const mean = load<f32>(work.means + ((<usize>i) << 2));
    for (let c = column; c < column + width; c++)
      setVectors(
        work.vectors,
        work.inner,
        outer,
        c,
        <f32>(-products * inverse * share),
        mean,
        <f32>(-slopes * share),
        <f32>(inverse * gammaAt(work, c)),
      );
  }
}

function gammaAt(work: Sums, column: i32): f64 {
  return work.gamma != 0 ? load<f32>(work.gamma + ((<usize>column) << 2)) : 1;
}

/** Computes the rows of a task: factor · (x − μ) + offset, plus slope · dy if there is a dy. */
export function normalizeRows(work: Normalization, task: i32): void {
  const row = (<usize>work.channels) << 2;
  const whole = (<usize>(work.channels & ~3)) << 2;
  const end = min((task + 1) * work.rowsOfTask, work.samples * work.places);
  for (let r = task * work.rowsOfTask; r < end; r++) {
    const factor = work.vectors + <usize>(r / work.places) * VECTORS * row;
    const mean = factor + row;
    const offset = mean + row;
    const slope = offset + row;
    const x = work.x + <usize>r * row;
    const dy = work.dy + <usize>r * row;
    const to = work.to + <usize>r * row;
    let i: usize = 0;
    if (work.dy != 0)
      for (; i < whole; i += 16)
        v128.store(
          to + i,
          f32x4.add(
            f32x4.mul(v128.load(dy + i), v128.load(slope + i)),
            normalOf(x + i, factor + i, mean + i, offset + i),
          ),
        );
    else
      for (; i < whole; i += 16)
        v128.store(to + i, normalOf(x + i, factor + i, mean + i, offset + i));
    for (; i < row; i += 4) {
      let y =
        (load<f32>(x + i) - load<f32>(mean + i)) * load<f32>(factor + i) + load<f32>(offset + i);
      if (work.dy != 0) y = load<f32>(dy + i) * load<f32>(slope + i) + y;
      store<f32>(to + i, y);
    }
  }
}

function normalOf(x: usize, factor: usize, mean: usize, offset: usize): v128 {
  const distance = f32x4.sub(v128.load(x), v128.load(mean));
  return f32x4.add(f32x4.mul(distance, v128.load(factor)), v128.load(offset));
}
