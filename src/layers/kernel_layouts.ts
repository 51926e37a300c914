/** Where a layer keeps a kernel, and what its axes are. */
export interface KernelLayout {
  /** The kernel's name among the layer's weights. */
  readonly weight: string;
  /** The property of the layer that holds it. */
  readonly property: string;
  /** Brings the rows of the matrix W, its output channels, to the end, where they are not there already. */
  readonly permutation?: number[];
  /** How many axes at the end are rows; the others are columns. */
  readonly rowAxes: number;
  /** The axes of the kernel that PyTorch's weight has as its first one, counted from the end where below 0. */
  readonly firstAxes: readonly number[];
}

/** Of dense layers and convolutions: outputs are the last axis. */
export const KERNEL: KernelLayout = {
  weight: 'kernel',
  property: 'kernel',
  rowAxes: 1,
  firstAxes: [-1],
};
/** Of depthwise convolutions. */
export const DEPTHWISE: KernelLayout = {
  weight: 'depthwise_kernel',
  property: 'depthwiseKernel',
  rowAxes: 2, // in · multiplier: one row for each output channel
  firstAxes: [-2, -1],
};
/** Of the 1 × 1 convolution behind a depthwise one. */
export const POINTWISE: KernelLayout = {
  weight: 'pointwise_kernel',
  property: 'pointwiseKernel',
  rowAxes: 1,
  firstAxes: [-1],
};
/** Of a table of rows. */
export const EMBEDDINGS: KernelLayout = {
  weight: 'embeddings',
  property: 'embeddings',
  permutation: [1, 0], // PyTorch's rows are the table's
  rowAxes: 1,
  firstAxes: [0],
};

/** A kernel whose outputs are at another axis than the last. */
export const transposed = (...permutation: readonly number[]): KernelLayout => ({
  ...KERNEL,
  permutation: [...permutation],
});

const product = (sizes: readonly number[]) => sizes.reduce((size, axis) => size * axis, 1);

/** The sizes of W, the kernel seen as a matrix. */
export function matrixShape(
  { permutation, rowAxes }: KernelLayout,
  shape: readonly number[],
): { rows: number; columns: number } {
  const ordered = permutation?.map((axis) => shape[axis]!) ?? shape;
  return { rows: product(ordered.slice(-rowAxes)), columns: product(ordered.slice(0, -rowAxes)) };
}
