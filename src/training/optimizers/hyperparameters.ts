/** One of the settings that GANs are compared under. */
export interface HyperparameterSetting {
  /** Options of `adam` for both networks. */
  readonly adam: {
    readonly learningRate: number;
    readonly beta1: number;
    readonly beta2: number;
  };
  /** Discriminator steps for each generator step. */
  readonly criticSteps: number;
}

const setting = (
  learningRate: number,
  beta1: number,
  beta2: number,
  criticSteps: number,
): HyperparameterSetting => ({ adam: { learningRate, beta1, beta2 }, criticSteps });

/**
 * The settings A to F under which the SN-GAN paper compares methods: how robust is each to learning
 * rates, momenta and the number of discriminator steps?
 *
 * |     | α      | β₁  | β₂    | n_dis | of                                |
 * | --- | ------ | --- | ----- | ----- | --------------------------------- |
 * | A   | 0.0001 | 0.5 | 0.9   | 5     | Gulrajani et al. 2017 (WGAN-GP)   |
 * | B   | 0.0001 | 0.5 | 0.999 | 1     | Warde-Farley and Bengio 2017      |
 * | C   | 0.0002 | 0.5 | 0.999 | 1     | Radford et al. 2016 (DCGAN)       |
 * | D   | 0.001  | 0.5 | 0.9   | 5     |                                   |
 * | E   | 0.001  | 0.5 | 0.999 | 5     |                                   |
 * | F   | 0.001  | 0.9 | 0.999 | 5     |                                   |
 *
 * Copies of the table that print β₂ = 0.999 for D make D and E the same; the paper has 0.9.
 *
 * @example
 * ```ts
 * import { adam, HYPERPARAMETERS } from 'gan-kit/training';
 *
 * const { adam: options, criticSteps } = HYPERPARAMETERS.A;
 * const optimizers = { generator: adam(options), discriminator: adam(options) };
 * console.log(optimizers.generator.beta2, criticSteps); // → 0.9 5
 * ```
 *
 * @see Miyato et al. 2018, arXiv 1802.05957, table 1
 */
export const HYPERPARAMETERS: Readonly<
  Record<'A' | 'B' | 'C' | 'D' | 'E' | 'F', HyperparameterSetting>
> = {
  A: setting(1e-4, 0.5, 0.9, 5),
  B: setting(1e-4, 0.5, 0.999, 1),
  C: setting(2e-4, 0.5, 0.999, 1),
  D: setting(1e-3, 0.5, 0.9, 5),
  E: setting(1e-3, 0.5, 0.999, 5),
  F: setting(1e-3, 0.9, 0.999, 5),
};
