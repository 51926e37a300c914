/** The shapes of a convolution, padding 'same'. */
export interface Convolution {
  /** [batch, height, width, channels] */
  readonly x: readonly [number, number, number, number];
  /** [height, width, channels, outputs] */
  readonly filter: readonly [number, number, number, number];
  readonly stride: number;
}

/** One update of the discriminator and one of the generator, Adam, from equal weights. */
export interface StepCase {
  readonly kind: 'step';
  /** [height, width, channels]: 28×28 has the networks of the TensorFlow tutorial, others the paper's. */
  readonly image: readonly [number, number, number];
  readonly batch: number;
  /** What the layers of the discriminator have. */
  readonly normalization: 'none' | 'spectral';
  readonly loss: 'non-saturating' | 'hinge' | 'wasserstein';
  /** λ of WGAN-GP; without it there is no penalty. */
  readonly gradientPenalty?: number;
  /** What the generator is given at the steps whose losses are compared: twice a step. */
  readonly latents: readonly (readonly number[])[];
}
