import { SelfAttention } from '../attention/self_attention.js';
import { Bias } from '../bias.js';
import { Conv2D } from '../conv2d.js';
import { Conv2DTranspose } from '../conv2d_transpose.js';
import { Dropout } from '../dropout.js';
import { Fade } from '../fade.js';
import { GaussianNoise } from '../gaussian_noise.js';
import { GlobalSumPooling2D } from '../global_sum_pooling_2d.js';
import { ImageSize } from '../image_size.js';
import { LeakyReLU } from '../leaky_relu.js';
import { MinibatchDiscrimination } from '../minibatch_discrimination.js';
import { MinibatchStandardDeviation } from '../minibatch_standard_deviation.js';
import { BatchNormalization } from '../normalization/batch_normalization.js';
import { ConditionalBatchNormalization } from '../normalization/conditional_batch_normalization.js';
import { GroupNormalization } from '../normalization/group_normalization.js';
import { InstanceNormalization } from '../normalization/instance_normalization.js';
import { PixelNormalization } from '../normalization/pixel_normalization.js';
import { AddReferenceBatch, RemoveReferenceBatch } from '../normalization/reference_batch.js';
import { VirtualBatchNormalization } from '../normalization/virtual_batch_normalization.js';
import { PixelShuffle } from '../pixel_shuffle.js';
import { Projection } from '../projection.js';
import { Recompute } from '../recompute.js';
import { ReflectionPadding2D } from '../reflection_padding_2d.js';
import { EqualizedLearningRate } from '../reparametrization/equalized_learning_rate.js';
import { WeightNormalization } from '../reparametrization/weight_normalization.js';
import { SpectralNormalization } from '../spectral/spectral_normalization.js';
import { UpSampling2D } from '../up_sampling_2d.js';
import { register } from './register_class.js';

/**
 * Registers the layer classes of gan-kit with tfjs, so that `loadLayersModel` finds them in a program
 * that makes no layer itself. A second call changes nothing.
 *
 * @example
 * ```ts
 * import { registerLayers } from 'gan-kit/layers';
 *
 * registerLayers();
 * ```
 */
export function registerLayers(): void {
  for (const layerClass of [
    AddReferenceBatch,
    BatchNormalization,
    Bias,
    ConditionalBatchNormalization,
    Conv2D,
    Conv2DTranspose,
    Dropout,
    EqualizedLearningRate,
    Fade,
    GaussianNoise,
    GlobalSumPooling2D,
    GroupNormalization,
    ImageSize,
    InstanceNormalization,
    LeakyReLU,
    MinibatchDiscrimination,
    MinibatchStandardDeviation,
    PixelNormalization,
    PixelShuffle,
    Projection,
    Recompute,
    ReflectionPadding2D,
    RemoveReferenceBatch,
    SelfAttention,
    SpectralNormalization,
    UpSampling2D,
    VirtualBatchNormalization,
    WeightNormalization,
  ])
    register(layerClass);
}
