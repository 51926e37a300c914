/*
 * V8 moves loads to the start of a loop. With these sizes eight sums, two vectors of the right operand,
 * four of the left and a product are alive at once, which are the fifteen registers that it has; more rows
 * spill, and are slower.
 */

/** A tile of a product has so many rows … */
export const TILE_ROWS: i32 = 4;
/** … and so many columns. */
export const TILE_COLUMNS: i32 = 8;
