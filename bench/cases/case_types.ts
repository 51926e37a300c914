/** The shapes of a convolution, padding 'same'. */
export interface Convolution {
  /** [batch, height, width, channels] */
  readonly x: readonly [number, number, number, number];
  /** [height, width, channels, outputs] */
  readonly filter: readonly [number, number, number, number];
  readonly stride: number;
}

/**
 * One update of the discriminator and one of the generator by Adam, from the same weights for all contenders; of
 * residual networks only the update of the discriminator.
 */
export interface StepCase {
  readonly kind: 'step';
  /** [height, width, channels]; 28×28 uses the networks of the TensorFlow tutorial, other sizes those of the paper. */
  readonly image: readonly [number, number, number];
  readonly batch: number;
  /** The normalization of the discriminator's layers. */
  readonly normalization: 'none' | 'spectral';
  readonly loss: 'non-saturating' | 'hinge' | 'wasserstein';
  /** λ of WGAN-GP; undefined for no penalty. */
  readonly gradientPenalty?: number;
  /** Channels of the residual networks of WGAN-GP, for 32×32; undefined for a DCGAN. */
  readonly residual?: number;
  /** The latent vectors of the steps whose losses are compared, a batch for each update of a network. */
  readonly latents: readonly (readonly number[])[];
}
