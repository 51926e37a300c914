import { RandomStream } from '../../src/internal/random.js';
import type { Convolution, StepCase } from './case_types.js';
import type { MetricsCase } from './metrics_cases.js';
import { discriminatorLayers, generatorLayers, LATENTS } from './networks.js';
import type { TranslationCase } from './translation_cases.js';
import type { WebGPUCase } from './webgpu_cases.js';

/** A pass of a convolution: y itself, or the gradient in one of its two operands. */
export type Pass = 'forward' | 'input' | 'filter';

/** One pass of one convolution. */
export interface ConvolutionCase extends Convolution {
  readonly kind: 'convolution';
  readonly pass: Pass;
}

export type Case = ConvolutionCase | StepCase | TranslationCase | MetricsCase | WebGPUCase;

/** A forward pass of which a step consists, and how often; backward passes count as the equal forward pass. */
export interface Product {
  readonly convolution: ConvolutionCase;
  readonly times: number;
}

/** A step of the table, and the products that are the lower bound of its time. */
export interface Step {
  readonly name: string;
  readonly step: StepCase;
  /** The products of the step; if it has a penalty, those of the penalty only. */
  readonly products: readonly Product[];
  /** The same step without its penalty, if it has one. */
  readonly without?: StepCase;
}

/** The measured layers: of a DCGAN, a ResNet and a CycleGAN. */
const CONVOLUTIONS: readonly Convolution[] = [
  { x: [16, 16, 16, 64], filter: [4, 4, 64, 128], stride: 2 },
  { x: [1, 64, 64, 64], filter: [3, 3, 64, 128], stride: 1 },
  { x: [1, 64, 64, 256], filter: [3, 3, 256, 256], stride: 1 },
  { x: [64, 28, 28, 1], filter: [5, 5, 1, 64], stride: 2 },
  { x: [64, 14, 14, 64], filter: [5, 5, 64, 128], stride: 2 },
  { x: [1, 32, 32, 256], filter: [3, 3, 256, 256], stride: 1 },
];

export const PASSES: readonly Pass[] = ['forward', 'input', 'filter'];

/** Layers, and how often each is computed. */
type Passes = readonly (readonly [Convolution, number])[];

/** Returns every pass of every convolution, pass after pass. */
export const convolutionCases = (): ConvolutionCase[] =>
  CONVOLUTIONS.flatMap((convolution) =>
    PASSES.map((pass) => ({ kind: 'convolution' as const, ...convolution, pass })),
  );

/** Everything that defines a step, except the latent vectors. */
type System = Omit<StepCase, 'kind' | 'latents'>;

/** Makes the case of a step. gan-kit draws the latent vectors from its own stream; others receive the same ones. */
export function stepCase(system: System, compared: number): StepCase {
  const stream = new RandomStream(0, 'createGAN').fork('latents');
  const latents = Array.from({ length: updates(system) * compared }, () =>
    Array.from(stream.normalValues(system.batch * LATENTS)),
  );
  return { kind: 'step', ...system, latents };
}

/** Counts the networks that a step updates. */
export const updates = ({ residual }: Pick<StepCase, 'residual'>): number =>
  residual === undefined ? 2 : 1;

const dcgan28 = (batch: number): System => ({
  image: [28, 28, 1],
  batch,
  normalization: 'none',
  loss: 'non-saturating',
});

const snDCGAN = (size: number, batch: number): System => ({
  image: [size, size, 3],
  batch,
  normalization: 'spectral',
  loss: 'hinge',
});

/** The critic of WGAN-GP's ResNet for CIFAR-10, with the paper's width. */
const wganGPResNet = (batch: number): System => ({
  image: [32, 32, 3],
  batch,
  normalization: 'none',
  loss: 'wasserstein',
  gradientPenalty: 10,
  residual: 128,
});

/** Returns the steps of the benchmark; three steps of each are compared, one of the ResNet. */
export function stepCases(): Step[] {
  const plain = stepCase(dcgan28(64), 3);
  const spectral = stepCase(snDCGAN(32, 64), 3);
  const without = stepCase({ ...dcgan28(64), loss: 'wasserstein' }, 3);
  const penalized: StepCase = { ...without, gradientPenalty: 10 };
  const critic = stepCase(wganGPResNet(32), 1);
  return [
    { name: 'DCGAN-28, batch 64', step: plain, products: stepProducts(plain) },
    { name: 'SN-DCGAN-32, batch 64', step: spectral, products: stepProducts(spectral) },
    {
      name: 'WGAN-GP on DCGAN-28, batch 64',
      step: penalized,
      without,
      products: penaltyProducts(penalized),
    },
    {
      name: 'WGAN-GP ResNet-32, critic, batch 32',
      step: critic,
      products: criticProducts(critic),
    },
  ];
}

/** Returns one step of four images, for contenders that need minutes for the others. */
export function smallStepCases(): Step[] {
  const step = stepCase(dcgan28(4), 1);
  return [{ name: 'DCGAN-28, batch 4', step, products: stepProducts(step) }];
}

/** Returns the steps whose memory is measured: growing batches, then growing images. One step of each is compared. */
export const memoryCases = (): { name: string; step: StepCase }[] => [
  ...[16, 32, 64, 128].map((batch) => ({
    name: `DCGAN-28, batch ${batch}`,
    step: stepCase(dcgan28(batch), 1),
  })),
  ...[32, 64].map((size) => ({
    name: `SN-DCGAN-${size}, batch 16`,
    step: stepCase(snDCGAN(size, 16), 1),
  })),
];

/** Refuses all steps except the plain DCGAN-28, for contenders that have no other. */
export function checkPlainDCGAN28({ image, normalization, loss, gradientPenalty }: StepCase): void {
  const plain = image[0] === 28 && normalization === 'none' && loss === 'non-saturating';
  if (!plain || gradientPenalty !== undefined)
    throw new Error('of the steps, it is given the plain DCGAN-28 alone');
}

/**
 * Counts the products of a step. D runs forward three times (real, fake, and for G), backward in its filters
 * twice and in its inputs three times, but not to the images of its own step. G runs forward twice and
 * backward once, but not to the latent vectors. Spectral normalization adds products of each filter with
 * vectors; they are less than a thousandth of the work and are left out.
 */
export const stepProducts = (step: StepCase): Product[] =>
  products([
    ...discriminatorLayers(step).map((layer, i) => [layer, 3 + 2 + (i === 0 ? 1 : 3)] as const),
    ...generatorLayers(step).map((layer, i) => [layer, 2 + 1 + (i === 0 ? 0 : 1)] as const),
  ]);

/**
 * Counts the products that the penalty P = λE(‖g‖ − 1)² adds, where g is the gradient of D in the interpolates
 * x̂. Let layer l compute aₗ = Wₗhₗ₋₁ and hₗ = φ(aₗ), h₀ = x̂; let δₗ = ∂ΣD/∂aₗ, and tₗ = ∂P/∂δₗ. Each layer has:
 *
 * - forward, aₗ = Wₗhₗ₋₁: φ′ is evaluated at a
 * - d input, Wₗᵀδₗ: needed for g, also in the first layer, as g is the gradient in the images
 * - d filter, (∂P/∂Wₗᵀδₗ) δₗᵀ: the gradient of P in the Wₗ of d input
 * - forward again, tₗ = Wₗ(φ′ tₗ₋₁) with t₀ = ∂P/∂g: the gradient of P in δₗ, which the next layer needs; not
 *   in the last layer, where δ is 1 for any weights
 *
 * There is no gradient in a, as φ″ = 0 for LeakyReLU: no second d input, no d filter of the forward pass.
 */
export const penaltyProducts = (step: StepCase): Product[] => products(penaltyPasses(step));

function penaltyPasses(step: StepCase): Passes {
  const layers = discriminatorLayers(step);
  return layers.map((layer, i) => [layer, 1 + 1 + 1 + (i === layers.length - 1 ? 0 : 1)]);
}

/**
 * Counts the products of an update of a residual critic, its penalty included. G runs forward once; D runs forward
 * and backward twice (real, fake), but not to the images, which the first block takes twice.
 */
const criticProducts = (step: StepCase): Product[] =>
  products([
    ...discriminatorLayers(step).map((layer): Passes[number] => [
      layer,
      2 + 2 + (layer.x[3] === step.image[2] ? 0 : 2),
    ]),
    ...generatorLayers(step).map((layer): Passes[number] => [layer, 1]),
    ...penaltyPasses(step),
  ]);

/** Adds up forward passes of equal shapes. */
function products(passes: Passes): Product[] {
  const byName = new Map<string, Product>();
  for (const [convolution, times] of passes) {
    const name = convolutionName(convolution);
    byName.set(name, {
      convolution: { kind: 'convolution', ...convolution, pass: 'forward' },
      times: times + (byName.get(name)?.times ?? 0),
    });
  }
  return [...byName.values()];
}

/** Returns the name of a convolution in the tables. */
export const convolutionName = ({ x, filter, stride }: Convolution): string =>
  `[${x.join()}]×[${filter.join()}]${stride === 1 ? '' : ` /${stride}`}`;
