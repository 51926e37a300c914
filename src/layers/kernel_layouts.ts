/** The place of a kernel in its layer, and the meaning of its axes. */
export interface KernelLayout {
  /** The kernel's name among the layer's weights. */
  readonly weight: string;
  /** The property of the layer that contains the kernel. */
  readonly property: string;
  /** The order of axes that moves the rows of W, the output channels, to the end; undefined if they are last. */
  readonly permutation?: number[];
  /** The number of axes at the end that are rows; the others are columns. */
  readonly rowAxes: number;
  /** The axes that form the first axis of PyTorch's weight; negative numbers count from the end. */
  readonly firstAxes: readonly number[];
}

/** The kernel of dense layers and convolutions; the outputs are the last axis. */
export const KERNEL: KernelLayout = {
  weight: 'kernel',
  property: 'kernel',
  rowAxes: 1,
  firstAxes: [-1],
};
/** The kernel of depthwise convolutions. */
export const DEPTHWISE: KernelLayout = {
  weight: 'depthwise_kernel',
  property: 'depthwiseKernel',
  rowAxes: 2, // in · multiplier: one row for each output channel
  firstAxes: [-2, -1],
};
/** The kernel of the 1 × 1 convolution that follows a depthwise one. */
export const POINTWISE: KernelLayout = {
  weight: 'pointwise_kernel',
  property: 'pointwiseKernel',
  rowAxes: 1,
  firstAxes: [-1],
};
/** The table of an embedding, one row for each index. */
export const EMBEDDINGS: KernelLayout = {
  weight: 'embeddings',
  property: 'embeddings',
  permutation: [1, 0], // the rows of W are the rows of the table, as in PyTorch
  rowAxes: 1,
  firstAxes: [0],
};

/** The kernels of self-attention, those of four 1 × 1 convolutions. */
export const ATTENTION: readonly KernelLayout[] = ['theta', 'phi', 'g', 'o'].map((name) => ({
  ...KERNEL,
  weight: `${name}_kernel`,
  property: name,
}));

/** Makes the layout of a kernel whose outputs are not the last axis. */
export const transposed = (...permutation: readonly number[]): KernelLayout => ({
  ...KERNEL,
  permutation: [...permutation],
});

const product = (sizes: readonly number[]) => sizes.reduce((size, axis) => size * axis, 1);

/** Computes the sizes of W, the kernel as a matrix. */
export function matrixShape(
  { permutation, rowAxes }: KernelLayout,
  shape: readonly number[],
): { rows: number; columns: number } {
  const ordered = permutation?.map((axis) => shape[axis]!) ?? shape;
  return { rows: product(ordered.slice(-rowAxes)), columns: product(ordered.slice(0, -rowAxes)) };
}
