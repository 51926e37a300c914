import type { TensorInfo } from '@tensorflow/tfjs-core';
import { NORMALIZE_GRAD } from '../../normalization.js';
import type { GroupMoments, NormalizeAttrs } from '../../normalization.js';
import { kernelFunc } from '../../replacement.js';
import type { KernelReplacement } from '../../replacement.js';
import { sums } from '../reductions.js';
import { mergedAxes } from '../runtime/merged_axes.js';
import { runElementwise } from '../runtime/run_elementwise.js';
import type { WebGPUBackend, WebGPUKernelCall } from '../runtime/webgpu_backend.js';
import { PLACE_OF_ELEMENT, layoutIntegers, layoutOf } from './layout.js';
import type { Layout } from './layout.js';
import { slopeSums } from './slope_sums.js';

interface Inputs extends GroupMoments<TensorInfo> {
  readonly dy: TensorInfo;
  readonly x: TensorInfo;
  readonly gamma?: TensorInfo;
}
type Call = WebGPUKernelCall<Inputs, NormalizeAttrs>;

/**
 * The gradients in x, γ and β of a normalization. With x̂ = (x − μ)/√(σ² + ε) and means over sample and group,
 * dx = (γ·dy − mean(γ·dy) − x̂ · mean(γ·dy·x̂)) / √(σ² + ε), dβ = Σ dy, dγ = Σ dy·x̂: two dispatches for the batch's
 * channels, and one more each for groups of several channels, γ and β of several samples.
 */
export const normalizeGradOnWebGPU: KernelReplacement = {
  kernelName: NORMALIZE_GRAD,
  backendName: 'webgpu',
  make: () =>
    kernelFunc<Call, TensorInfo[]>(({ inputs, attrs, backend }) => {
      const { dy, x, mean, variance, gamma } = inputs;
      const { epsilon } = attrs;
      const layout = layoutOf(x.shape, attrs.groups);
      const { samples, channels, width } = layout;
      const ofChannels = slopeSums(backend, { dy, x, mean, variance }, layout, epsilon);
      const ofGroups = width === 1 ? ofChannels : groupSums(backend, ofChannels, gamma, layout);
      const [dx] = runElementwise(backend, {
        name: NORMALIZE_GRAD,
        inputs: {
          ...{ dy, x, mean, variance, sums: ofGroups[0], products: ofGroups[1] },
          ...(gamma !== undefined && { gamma }),
        },
        readings: {
          ...{ mean: 'own', variance: 'own', sums: 'own', products: 'own' },
          gamma: 'channel',
        },
        integers: layoutIntegers(layout),
        numbers: { epsilon, count: layout.places * width },
        outputs: ['dx'],
        shape: x.shape,
        body: dxBody(width === 1, gamma !== undefined),
      }) as [TensorInfo];
      const gone = width === 1 ? [] : [...ofGroups];
      let affine: TensorInfo[] = [];
      if (gamma === undefined) gone.push(...ofChannels);
      else if (samples === 1) affine = [ofChannels[1], ofChannels[0]];
      else {
        const axes = mergedAxes([samples, channels], [0]);
        const overSamples = (of: TensorInfo) => sums(backend, of, axes, 1, [channels]);
        affine = [overSamples(ofChannels[1]), overSamples(ofChannels[0])];
        gone.push(...ofChannels);
      }
      for (const { dataId } of gone) backend.disposeData(dataId);
      return [dx, ...affine];
    }),
};

function dxBody(isChannel: boolean, hasGamma: boolean): string {
  const [slope, factor] = hasGamma ? ['gamma * dy', 'gamma'] : ['dy', '1.0'];
  // sums of a group contain γ already
  const [row, share] = isChannel
    ? ['row', `(${factor} / numbers.count)`]
    : ['group', '(1.0 / numbers.count)'];
  return `${PLACE_OF_ELEMENT}
  let inverse = inverseSqrt(variance_[group] + numbers.epsilon);
  let normal = (x - mean_[group]) * inverse;
  let dx = inverse * (${slope} - (sums_[${row}] + normal * products_[${row}]) * ${share});`;
}

/** Adds sums of channels, times γ, over the channels of each group. */
function groupSums(
  backend: WebGPUBackend,
  [sums, products]: readonly [TensorInfo, TensorInfo],
  gamma: TensorInfo | undefined,
  { samples, groups, width }: Layout,
): [TensorInfo, TensorInfo] {
  const factor =
    gamma === undefined ? '1.0' : 'gamma_[index % numbers.groups * numbers.groupWidth + i]';
  return runElementwise(backend, {
    name: `${NORMALIZE_GRAD}, groups`,
    inputs: { sums, products, ...(gamma !== undefined && { gamma }) },
    readings: { sums: 'own', products: 'own', gamma: 'own' },
    integers: { groups, groupWidth: width },
    outputs: ['sum', 'product'],
    shape: [samples * groups],
    body: `
  var sum = 0.0;
  var product = 0.0;
  for (var i = 0u; i < numbers.groupWidth; i++) {
    let factor = ${factor};
    sum += factor * sums_[index * numbers.groupWidth + i];
    product += factor * products_[index * numbers.groupWidth + i];
  }`,
  }) as [TensorInfo, TensorInfo];
}
