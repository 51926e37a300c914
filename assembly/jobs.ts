import {
  ARGUMENTS,
  awaitCall,
  awaitStage,
  claim,
  closeJob,
  enter,
  finishTask,
  firstTasks,
  leave,
  openJob,
  threadsOf,
} from './job';
import { ceilDivide, roundUp } from './numbers';
import { FIRST_PASS, firstStageOfPass, secondStageOfPass } from './passes';
import { BLOCK_ROWS, Product, multiplyRows, packColumns } from './product';
import { TILE_COLUMNS, TILE_ROWS } from './tile_size';
import { FILTER_CHANNELS, Winograd, convolveTiles, transformFilters } from './winograd';
import {
  DATA_TILES,
  RESULT_TILES,
  multiplyChannels,
  packTiles,
  transformSums,
} from './winograd_planes';
import { PLANE_TASKS, gradientOfChannel, multiplyPlane, transformTiles } from './winograd_filter';

/** The kinds of job, which are the first argument of each. */
const PRODUCT: i32 = 0;
const WINOGRAD: i32 = 1;
const WINOGRAD_FILTER: i32 = 2;
const WINOGRAD_GRADIENT: i32 = 3;
const WINOGRAD_PLANES: i32 = 4;
const WINOGRAD_RESULTS: i32 = 5;

/** The least number of multiplications for which other threads are called; a smaller product ends before they begin. */
const FEWEST_MULTIPLICATIONS: i64 = 1 << 20;

/**
 * Computes `c[i][j] (+)= Σₖ a[i][k] · b[k][j]`. The address of an element is a base plus the offset of its
 * row plus the offset of its column, in bytes; tables contain both offsets. The patches of an image in a
 * convolution are such a matrix, and so is the transpose of such a matrix. Sums are taken over 256 terms,
 * and then over those sums, for any number of threads.
 *
 * @param right Memory for the right operand: k times n, rounded up to 8.
 * @param scratch Memory of {@link threadScratch} bytes for each thread.
 */
export function product(
  job: usize,
  a: usize,
  aRows: usize,
  aColumns: usize,
  b: usize,
  bRows: usize,
  bColumns: usize,
  c: usize,
  cRows: usize,
  cColumns: usize,
  m: i32,
  n: i32,
  k: i32,
  adds: bool,
  right: usize,
  scratch: usize,
): void {
  const work = changetype<Product>(job + ARGUMENTS);
  work.kind = PRODUCT;
  work.a = a;
  work.aRows = aRows;
  work.aColumns = aColumns;
  work.b = b;
  work.bRows = bRows;
  work.bColumns = bColumns;
  work.c = c;
  work.cRows = cRows;
  work.cColumns = cColumns;
  work.m = m;
  work.n = n;
  work.k = k;
  work.adds = adds;
  work.right = right;
  work.scratch = scratch;
  const isLarge = <i64>m * n * k >= FEWEST_MULTIPLICATIONS;
  const parts = isLarge ? threadsOf(job) * 4 : 1;
  work.rowsOfTask = min(BLOCK_ROWS, roundUp(ceilDivide(m, parts), TILE_ROWS));
  const panels = ceilDivide(n, TILE_COLUMNS);
  work.panelsOfTask = ceilDivide(panels, parts);
  run(job, ceilDivide(panels, work.panelsOfTask), ceilDivide(m, work.rowsOfTask), isLarge);
}

/** Convolves by F(m, r), see {@link Winograd}; its fields are at `from` as 32-bit numbers. */
export function winograd(job: usize, from: usize, fields: i32): void {
  memory.copy(job + ARGUMENTS, from, (<usize>fields) << 2);
  const work = changetype<Winograd>(job + ARGUMENTS);
  work.kind = WINOGRAD;
  const filters = ceilDivide(work.outChannels, FILTER_CHANNELS);
  run(job, filters, ceilDivide(work.tiles, work.tilesOfTask), true);
}

/** Convolves `tiles` tiles of many channels from `firstTile` on; see winograd_planes.ts. */
export function winogradPlanes(job: usize, from: usize, fields: i32): void {
  memory.copy(job + ARGUMENTS, from, (<usize>fields) << 2);
  const work = changetype<Winograd>(job + ARGUMENTS);
  work.kind = WINOGRAD_PLANES;
  const blocks = ceilDivide(work.outChannels, work.outBlock);
  run(job, ceilDivide(work.tiles, DATA_TILES), blocks * work.ranges, true);
  work.kind = WINOGRAD_RESULTS;
  run(job, 0, ceilDivide(work.tiles, RESULT_TILES), true);
}

/**
 * Computes the sums of a filter gradient over `tiles` tiles from `firstTile` on. The fields are those of
 * {@link Winograd}, with the meaning that winograd_filter.ts gives them.
 */
export function winogradFilter(job: usize, from: usize, fields: i32): void {
  memory.copy(job + ARGUMENTS, from, (<usize>fields) << 2);
  const work = changetype<Winograd>(job + ARGUMENTS);
  work.kind = WINOGRAD_FILTER;
  run(job, ceilDivide(work.tiles, work.tilesOfTask), PLANE_TASKS, true);
}

/** Computes the filter gradient from all sums. */
export function winogradGradient(job: usize, from: usize, fields: i32): void {
  memory.copy(job + ARGUMENTS, from, (<usize>fields) << 2);
  const work = changetype<Winograd>(job + ARGUMENTS);
  work.kind = WINOGRAD_GRADIENT;
  run(job, 0, work.inChannels, true);
}

/** Runs the job whose arguments were written, with the other threads if `calls` is true. */
export function run(job: usize, firstTasks: i32, secondTasks: i32, calls: bool): void {
  openJob(job, firstTasks, secondTasks, calls);
  workAt(job, 0);
  closeJob(job, calls);
}

/** Runs the endless loop of a thread: waits for jobs and works on them. `thread` counts from 1. */
export function serve(job: usize, thread: i32): void {
  let call = 0;
  while (true) {
    call = awaitCall(job, call);
    if (!enter(job)) continue;
    workAt(job, thread);
    leave(job);
  }
}

/** Works on the job while it has tasks. */
function workAt(job: usize, thread: i32): void {
  while (true) {
    const task = claim(job);
    if (task < 0) return;
    const first = firstTasks(job);
    if (task < first) {
      firstStage(job + ARGUMENTS, task, thread);
      finishTask(job, 0);
    } else {
      awaitStage(job, 0);
      secondStage(job + ARGUMENTS, task - first, thread);
      finishTask(job, 1);
    }
  }
}

function firstStage(work: usize, task: i32, thread: i32): void {
  const kind = load<i32>(work);
  if (kind >= FIRST_PASS) return firstStageOfPass(kind, work, task);
  const tiles = changetype<Winograd>(work);
  if (kind == PRODUCT) {
    const product = changetype<Product>(work);
    packColumns(product, task * product.panelsOfTask);
  } else if (kind == WINOGRAD) {
    transformFilters(tiles, task);
  } else if (kind == WINOGRAD_PLANES) {
    packTiles(tiles, task, thread);
  } else {
    transformTiles(tiles, task * tiles.tilesOfTask, thread);
  }
}

function secondStage(work: usize, task: i32, thread: i32): void {
  const kind = load<i32>(work);
  if (kind >= FIRST_PASS) return secondStageOfPass(kind, work, task);
  const tiles = changetype<Winograd>(work);
  if (kind == PRODUCT) {
    const product = changetype<Product>(work);
    multiplyRows(product, task * product.rowsOfTask, thread);
  } else if (kind == WINOGRAD) {
    convolveTiles(tiles, task * tiles.tilesOfTask, thread);
  } else if (kind == WINOGRAD_FILTER) {
    multiplyPlane(tiles, task, thread);
  } else if (kind == WINOGRAD_PLANES) {
    multiplyChannels(tiles, task, thread);
  } else if (kind == WINOGRAD_RESULTS) {
    transformSums(tiles, task, thread);
  } else {
    gradientOfChannel(tiles, task, thread);
  }
}
