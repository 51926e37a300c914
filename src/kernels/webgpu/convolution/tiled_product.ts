import { columnsOf, rowsOf } from './tiles.js';
import type { Tile } from './tiles.js';

/** The parts of a shader that computes products of matrices, `Σ a[row, term] · b[term, column]`, in tiles. */
export interface TiledProduct {
  readonly tile: Tile;
  /** Whether a vector of four in the tile of a holds terms of one row, or rows of one term. */
  readonly quads: 'terms' | 'rows';
  /**
   * Bindings, among them `results`, and functions: `productSize(plane : i32) -> vec2i`, which returns the rows and
   * columns of this product, and `rowStart(row : i32) -> i32`, the place of the first result of a row.
   */
  readonly declarations: string;
  /** Statements that define `beginTerm` and `endTerm`, equal in the workgroup, and what the load needs. */
  readonly begin: string;
  /** Statements that fill both tiles with the terms from `term` on, and with 0 outside of the product. */
  readonly load: string;
  /** An expression of `sum` and `column` that is written in the place of `sum`. */
  readonly result?: string;
}

/** Returns the vectors between the rows of a tile of a: an odd number keeps neighbours in different banks. */
export const strideOfA = ({ tile, quads }: Pick<TiledProduct, 'tile' | 'quads'>): number =>
  quads === 'terms' ? tile.terms / 4 + 1 : rowsOf(tile) / 4;

/** Returns the numbers between the terms of a tile of b. */
export const strideOfB = (tile: Tile): number => columnsOf(tile) + 1;

export const times = (count: number, text: (i: number) => string, separator = '\n'): string =>
  Array.from({ length: count }, (_, i) => text(i)).join(separator);

/**
 * Writes the shader of a product. A sum is formed tile by tile and then added to the total, which keeps the
 * digits of long sums. The sums of a thread are written out, as drivers may keep an array that is indexed by a
 * variable in slow memory. All else is in loops without branches: the software adapter compiles a shader with
 * many blocks for minutes.
 */
export function tiledProductShader(product: TiledProduct): string {
  const { tile, quads, declarations, begin, load, result = 'sum' } = product;
  const [across, down] = tile.threads;
  const { rowsEach, columnsEach, terms } = tile;
  const vector = columnsEach === 1 ? 'f32' : 'vec4f';
  const [strideA, strideB] = [strideOfA(product), strideOfB(tile)];
  const sizeA = strideA * (quads === 'terms' ? rowsOf(tile) : terms);
  const readB = (term: string) =>
    `${vector}(${times(columnsEach, (j) => `tileB[(${term}) * ${strideB} + across + ${j * across}]`, ', ')})`;
  const multiply = (row: number, a: string, b: string) =>
    `sum${row} = fma(${vector}(${a}), ${b}, sum${row});`;
  const step =
    quads === 'terms'
      ? `for (var quad = 0; quad < ${terms / 4}; quad++) {
      ${times(4, (k) => `let b${k} = ${readB(`4 * quad + ${k}`)};`)}
      ${times(
        rowsEach,
        (row) => `let a${row} = tileA[(down + ${row * down}) * ${strideA} + quad];
      ${times(4, (k) => multiply(row, `a${row}.${'xyzw'[k]!}`, `b${k}`))}`,
      )}
    }`
      : `for (var k = 0; k < ${terms}; k++) {
      let b = ${readB('k')};
      ${times(
        rowsEach / 4,
        (quad) => `let a${quad} = tileA[k * ${strideA} + down + ${quad * down}];
      ${times(4, (k) => multiply(4 * quad + k, `a${quad}.${'xyzw'[k]!}`, 'b'))}`,
      )}
    }`;
  const rowOf = quads === 'terms' ? `down + i * ${down}` : `4 * (down + i / 4 * ${down}) + i % 4`;
  return `${declarations}
var<workgroup> tileA : array<vec4f, ${sizeA}>;
var<workgroup> tileB : array<f32, ${strideB * terms}>;

fn writeOne(place : i32, column : i32, sum : f32) { results[place] = ${result}; }

@compute @workgroup_size(${across}, ${down})
fn main(
  @builtin(workgroup_id) group : vec3u,
  @builtin(num_workgroups) groups : vec3u,
  @builtin(local_invocation_id) local : vec3u,
  @builtin(local_invocation_index) index : u32,
) {
  let across = i32(local.x);
  let down = i32(local.y);
  let thread = i32(index);
  let plane = i32(group.z);
  let size = productSize(plane);
  let place = i32(group.x + group.y * groups.x);
  let tilesAcross = (size.y + ${columnsOf(tile) - 1}) / ${columnsOf(tile)};
  let firstRow = place / tilesAcross * ${rowsOf(tile)};
  let firstColumn = place % tilesAcross * ${columnsOf(tile)};
  if (firstRow >= size.x) { return; }
  ${begin}
  ${times(rowsEach, (row) => `var total${row} = ${vector}();`)}
  for (var term = beginTerm; term < endTerm; term += ${terms}) {
    ${load}
    workgroupBarrier();
    ${times(rowsEach, (row) => `var sum${row} = ${vector}();`)}
    ${step}
    ${times(rowsEach, (row) => `total${row} += sum${row};`)}
    workgroupBarrier();
  }
  var totals = array<${vector}, ${rowsEach}>(${times(rowsEach, (row) => `total${row}`, ', ')});
  for (var i = 0; i < ${rowsEach}; i++) {
    let row = firstRow + ${rowOf};
    if (row >= size.x) { continue; }
    let start = rowStart(row);
    let sums = totals[i];
    for (var j = 0; j < ${columnsEach}; j++) {
      let column = firstColumn + across + j * ${across};
      if (column < size.y) { writeOne(start + column, column, sums${columnsEach === 1 ? '' : '[j]'}); }
    }
  }
}
`;
}
