/*
 * V8 moves loads to the start of a loop. With these sizes eight sums, two vectors of the right operand, four
 * of the left and one product are needed at the same time, as many as the fifteen registers that it has.
 * With more rows, values go to memory, and the loop is slower.
 */

/** The number of rows of a tile of a product. */
export const TILE_ROWS: i32 = 4;
/** The number of columns of a tile of a product. */
export const TILE_COLUMNS: i32 = 8;
