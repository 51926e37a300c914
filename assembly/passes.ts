import { adam } from './adam';
import { Copies, copyRows } from './copy';
import { Elementwise, elementwiseRows } from './elementwise';
import { ARGUMENTS } from './job';
import { run } from './jobs';
import { Mirror, foldRows, mirrorRows } from './mirror';
import {
  Normalization,
  VECTORS,
  joinMoments,
  joinSlopes,
  setFirstValues,
  setMeans,
  normalizeRows,
  prepareChannels,
} from './normalization';
import { ceilDivide } from './numbers';
import {
  OF_ROWS,
  OF_SLOPES,
  OF_SQUARES,
  OF_VALUES,
  Sums,
  roundSums,
  sumChunks,
  sumRows,
} from './sums';

/*
 * Jobs that pass over tensors. Their tasks depend on sizes alone, so that any number of threads computes the
 * same bits.
 */

/** The kinds of job, behind those of jobs.ts. */
export const FIRST_PASS: i32 = 16;
const ELEMENTWISE: i32 = 16;
const ADAM: i32 = 17;
const SUMS: i32 = 18;
const NORMALIZATION: i32 = 19;
const MIRROR: i32 = 20;
const FOLD: i32 = 21;
const COPIES: i32 = 22;

/** The number of elements of a task. */
const TASK: i32 = 16_384;
/** The most columns of a task of sums, and the results of a task that joins them. */
const COLUMNS: i32 = 256;
const RESULTS: i32 = 1024;
/** The least number of elements for which other threads are called; a smaller pass ends before they begin. */
const FEWEST: i32 = 65_536;

/** Returns how many pieces of `size` elements are a task. */
function piecesOfTask(size: i32): i32 {
  return max(1, TASK / max(1, size));
}

/** Computes a function of one or two elements, see {@link Elementwise}. */
export function elementwise(
  job: usize,
  op: i32,
  a: usize,
  aIsLong: bool,
  aStride: i32,
  aRepeat: i32,
  b: usize,
  bIsLong: bool,
  bStride: i32,
  bRepeat: i32,
  to: usize,
  n: i32,
  row: i32,
  p: f32,
  q: f32,
): void {
  const work = changetype<Elementwise>(job + ARGUMENTS);
  work.kind = ELEMENTWISE;
  work.op = op;
  work.a = a;
  work.aIsLong = aIsLong;
  work.aStride = aStride;
  work.aRepeat = aRepeat;
  work.b = b;
  work.bIsLong = bIsLong;
  work.bStride = bStride;
  work.bRepeat = bRepeat;
  work.to = to;
  work.n = n;
  work.row = row;
  work.p = p;
  work.q = q;
  work.rowsOfTask = piecesOfTask(row);
  if (n >= FEWEST) return run(job, 0, ceilDivide(ceilDivide(n, row), work.rowsOfTask), true);
  // one task, without its bookkeeping
  work.rowsOfTask = ceilDivide(n, row);
  elementwiseRows(work, 0);
}

/** The operands of a step of Adam. */
class Adam {
  kind: i32;
  value: usize;
  m: usize;
  v: usize;
  gradient: usize;
  newValue: usize;
  newM: usize;
  newV: usize;
  n: i32;
  beta1: f32;
  beta2: f32;
  epsilon: f32;
  rate: f32;
}

/** Makes one step of Adam, see adam.ts. */
export function adamStep(
  job: usize,
  value: usize,
  m: usize,
  v: usize,
  gradient: usize,
  newValue: usize,
  newM: usize,
  newV: usize,
  n: i32,
  beta1: f32,
  beta2: f32,
  epsilon: f32,
  rate: f32,
): void {
  const work = changetype<Adam>(job + ARGUMENTS);
  work.kind = ADAM;
  work.value = value;
  work.m = m;
  work.v = v;
  work.gradient = gradient;
  work.newValue = newValue;
  work.newM = newM;
  work.newV = newV;
  work.n = n;
  work.beta1 = beta1;
  work.beta2 = beta2;
  work.epsilon = epsilon;
  work.rate = rate;
  run(job, 0, ceilDivide(n, TASK), n >= FEWEST);
}

function adamTask(work: Adam, task: i32): void {
  const start = (<usize>task * TASK) << 2;
  adam(
    work.value + start,
    work.m + start,
    work.v + start,
    work.gradient + start,
    work.newValue + start,
    work.newM + start,
    work.newV + start,
    min(TASK, work.n - task * TASK),
    work.beta1,
    work.beta2,
    work.epsilon,
    work.rate,
  );
}

/** Divides sums into chunks of rows and columns. */
function divide(work: Sums, outer: i32, count: i32, inner: i32): void {
  work.outer = outer;
  work.count = count;
  work.inner = inner;
  work.columns = min(COLUMNS, inner);
  work.blocks = ceilDivide(inner, work.columns);
  work.rows = TASK / work.columns; // as in sumsBytes
  work.chunks = ceilDivide(count, work.rows);
  work.chunksOfTask = piecesOfTask(min(count, work.rows) * work.columns);
}

/** Returns the number of bytes for the sums of chunks of this shape, for each of one or two. */
export function sumsBytes(outer: i32, count: i32, inner: i32): f64 {
  return <f64>outer * ceilDivide(count, TASK / min(COLUMNS, inner)) * inner * sizeof<f64>();
}

/** Returns whether sums of values are those of rows of one chunk. */
function areRows(count: i32, inner: i32): bool {
  return inner == 1 && count <= TASK;
}

/** Adds up and joins. */
function runSums(job: usize, work: Sums, results: i32): void {
  const chunks = work.terms == OF_ROWS ? 0 : work.outer * work.chunks * work.blocks;
  const isLarge = work.outer * work.count * work.inner >= FEWEST;
  run(job, ceilDivide(chunks, work.chunksOfTask), ceilDivide(results, work.resultsOfTask), isLarge);
}

/** Computes sums over the middle axis of a block [outer, count, inner], times a factor, see {@link Sums}. */
export function sums(
  job: usize,
  x: usize,
  outer: i32,
  count: i32,
  inner: i32,
  factor: f64,
  to: usize,
  scratch: usize,
): void {
  const work = changetype<Sums>(job + ARGUMENTS);
  work.kind = SUMS;
  work.terms = areRows(count, inner) ? OF_ROWS : OF_VALUES;
  divide(work, outer, count, inner);
  work.x = x;
  work.groups = 1;
  work.factor = factor;
  work.to = to;
  work.first = scratch;
  work.resultsOfTask = work.terms == OF_ROWS ? piecesOfTask(count) : RESULTS;
  runSums(job, work, outer * inner);
}

/** Computes mean and biased variance of each sample's groups of channels, of x [samples, places, channels]. */
export function moments(
  job: usize,
  x: usize,
  samples: i32,
  places: i32,
  channels: i32,
  groups: i32,
  mean: usize,
  variance: usize,
  scratch: usize,
): void {
  const work = changetype<Sums>(job + ARGUMENTS);
  work.kind = SUMS;
  work.terms = OF_SQUARES;
  divide(work, samples, places, channels);
  work.x = x;
  work.groups = groups;
  work.means = mean;
  work.to = variance;
  const bytes = <usize>sumsBytes(samples, places, channels);
  work.first = scratch;
  work.second = scratch + bytes;
  work.origins = scratch + 2 * bytes;
  work.originStride = channels << 2;
  setFirstValues(work);
  work.resultsOfTask = max(1, RESULTS / (channels / groups));
  runSums(job, work, samples * groups);
}

/** Returns the number of bytes that {@link normalize} needs. */
export function vectorsBytes(samples: i32, channels: i32): i32 {
  return (samples * VECTORS * channels) << 2;
}

/** Computes γ (x − μ)/√(σ² + ε) + β; without γ and β if they are 0. */
export function normalize(
  job: usize,
  x: usize,
  samples: i32,
  places: i32,
  channels: i32,
  groups: i32,
  mean: usize,
  variance: usize,
  gamma: usize,
  beta: usize,
  epsilon: f32,
  to: usize,
  scratch: usize,
): void {
  const work = changetype<Normalization>(job + ARGUMENTS);
  work.kind = NORMALIZATION;
  work.dy = 0;
  work.mean = mean;
  work.variance = variance;
  work.gamma = gamma;
  work.beta = beta;
  work.epsilon = epsilon;
  runRows(job, x, to, samples, places, channels, groups, scratch);
}

/** Runs a job whose other operands are set. */
function runRows(
  job: usize,
  x: usize,
  to: usize,
  samples: i32,
  places: i32,
  channels: i32,
  groups: i32,
  vectors: usize,
): void {
  const work = changetype<Normalization>(job + ARGUMENTS);
  work.x = x;
  work.to = to;
  work.samples = samples;
  work.places = places;
  work.channels = channels;
  work.groups = groups;
  work.vectors = vectors;
  work.channelsOfTask = RESULTS;
  work.rowsOfTask = piecesOfTask(channels);
  const rows = samples * places;
  const results = work.dy == 0 ? samples * channels : work.gamma == 0 ? 0 : channels;
  const isLarge = rows * channels >= FEWEST;
  run(job, ceilDivide(results, RESULTS), ceilDivide(rows, work.rowsOfTask), isLarge);
}

/** Computes the gradients in x, and unless γ is 0 in γ and β, see {@link joinSlopes}. */
export function normalizeGrad(
  job: usize,
  x: usize,
  dy: usize,
  samples: i32,
  places: i32,
  channels: i32,
  groups: i32,
  mean: usize,
  variance: usize,
  gamma: usize,
  epsilon: f32,
  to: usize,
  dGamma: usize,
  dBeta: usize,
  scratch: usize,
): void {
  const work = changetype<Sums>(job + ARGUMENTS);
  work.kind = SUMS;
  work.terms = OF_SLOPES;
  divide(work, samples, places, channels);
  const bytes = <usize>sumsBytes(samples, places, channels);
  work.x = x;
  work.dy = dy;
  work.means = mean;
  work.to = variance;
  work.groups = groups;
  work.gamma = gamma;
  work.epsilon = epsilon;
  work.first = scratch;
  work.second = scratch + bytes;
  work.vectors = scratch + 2 * bytes;
  // in their place among the vectors
  work.origins = work.vectors + ((<usize>channels) << 2);
  work.originStride = (VECTORS * channels) << 2;
  setMeans(work);
  work.resultsOfTask = max(1, RESULTS / (channels / groups));
  const stride = work.chunks * channels;
  runSums(job, work, samples * groups);
  const next = changetype<Normalization>(job + ARGUMENTS);
  next.kind = NORMALIZATION;
  next.dy = dy;
  next.gamma = gamma;
  next.mean = dGamma;
  next.variance = dBeta;
  next.sums = scratch;
  next.products = scratch + bytes;
  next.stride = stride;
  runRows(job, x, to, samples, places, channels, groups, scratch + 2 * bytes);
}

/** Pads by mirror images, or if `folds` computes the gradient of that; see {@link Mirror}. */
export function mirror(
  job: usize,
  folds: bool,
  from: usize,
  to: usize,
  outer: i32,
  height: i32,
  width: i32,
  pixel: i32,
  top: i32,
  bottom: i32,
  left: i32,
  right: i32,
  distance: i32,
): void {
  const work = changetype<Mirror>(job + ARGUMENTS);
  work.kind = folds ? FOLD : MIRROR;
  work.from = from;
  work.to = to;
  work.outer = outer;
  work.height = height;
  work.width = width;
  work.pixel = pixel;
  work.top = top;
  work.bottom = bottom;
  work.left = left;
  work.right = right;
  work.distance = distance;
  work.rowsOfTask = piecesOfTask(width * pixel);
  const rows = outer * (folds ? height : height + top + bottom);
  run(job, 0, ceilDivide(rows, work.rowsOfTask), rows * width * pixel >= FEWEST);
}

/** Copies rows, see {@link Copies}. */
export function copy(
  job: usize,
  from: usize,
  fromStride: usize,
  to: usize,
  toStride: usize,
  width: usize,
  rows: i32,
): void {
  const work = changetype<Copies>(job + ARGUMENTS);
  work.kind = COPIES;
  work.from = from;
  work.fromStride = fromStride;
  work.to = to;
  work.toStride = toStride;
  work.width = width;
  work.rows = rows;
  const elements = <i32>max(1, width >> 2);
  work.rowsOfTask = piecesOfTask(elements);
  run(job, 0, ceilDivide(rows, work.rowsOfTask), rows * elements >= FEWEST);
}

export function firstStageOfPass(kind: i32, work: usize, task: i32): void {
  if (kind == NORMALIZATION) prepareChannels(changetype<Normalization>(work), task);
  else sumChunks(changetype<Sums>(work), task);
}

export function secondStageOfPass(kind: i32, work: usize, task: i32): void {
  if (kind == ELEMENTWISE) elementwiseRows(changetype<Elementwise>(work), task);
  else if (kind == ADAM) adamTask(changetype<Adam>(work), task);
  else if (kind == NORMALIZATION) normalizeRows(changetype<Normalization>(work), task);
  else if (kind == COPIES) copyRows(changetype<Copies>(work), task);
  else if (kind == MIRROR) mirrorRows(changetype<Mirror>(work), task);
  else if (kind == FOLD) foldRows(changetype<Mirror>(work), task);
  else {
    const sums = changetype<Sums>(work);
    if (sums.terms == OF_ROWS) sumRows(sums, task);
    else if (sums.terms == OF_VALUES) roundSums(sums, task);
    else if (sums.terms == OF_SQUARES) joinMoments(sums, task);
    else joinSlopes(sums, task);
  }
}
