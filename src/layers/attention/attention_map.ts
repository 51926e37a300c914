import { tidy } from '@tensorflow/tfjs-core';
import type { Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import type { layers } from '@tensorflow/tfjs-layers';
import { checkTensor, fail } from '../../internal/check.js';
import { Reparametrized } from '../reparametrization/reparametrized.js';
import { SelfAttention } from './self_attention.js';

/**
 * Computes where each pixel looks in a {@link SelfAttention} layer: `A = softmax(θ(x) φ(x)ᵀ)`, to draw it.
 *
 * Row i of a sample is pixel i, counted row by row: pixel (p, q) of a map of width w is i = p·w + q. A row sums to 1
 * over the keys, which are counted the same way on the map of half the height and half the width, or on the whole
 * map if the layer has no `pooling`: `reshape(A, [batch, h, w, h / 2, w / 2])`.
 *
 * @param layer The layer, or a wrapper of it, such as {@link spectralNormalization}: then with W/σ, as at inference.
 * @param x The input of the layer, `[batch, height, width, channels]`. For a layer inside of a model, that is the output
 *   of `model({ inputs, outputs: layer.input })`.
 * @returns Shape `[batch, h·w, h·w/4]`, or `[batch, h·w, h·w]` without `pooling`; the caller owns it.
 * @throws GanKitError if it is another layer or not built, or x has another shape than the layer takes.
 *
 * **Differentiable:** as the layer.
 *
 * @example
 * ```ts
 * import type { Tensor4D } from '@tensorflow/tfjs-core';
 * import { layers, model, sequential } from '@tensorflow/tfjs-layers';
 * import { loadBackend } from 'gan-kit';
 * import { attentionMap, selfAttention } from 'gan-kit/layers';
 * import { sampleLatents } from 'gan-kit/training';
 *
 * await loadBackend();
 * const generator = sequential({
 *   layers: [
 *     layers.dense({ inputShape: [4], units: 6 * 6 * 8 }),
 *     layers.reshape({ targetShape: [6, 6, 8] }),
 *     selfAttention({ name: 'attention' }),
 *   ],
 * });
 * const attention = generator.getLayer('attention');
 * const before = model({ inputs: generator.inputs, outputs: attention.input });
 * const x = before.predict(sampleLatents({ count: 2, size: 4 })) as Tensor4D;
 * console.log(attentionMap(attention, x).shape); // → [ 2, 36, 9 ]
 * ```
 *
 * @see Zhang et al. 2018, arXiv 1805.08318, equation 1 and figure 1
 */
export function attentionMap(layer: layers.Layer, x: Tensor4D): Tensor3D {
  const where = 'attentionMap';
  const attention = layer instanceof Reparametrized ? layer.layer : layer;
  if (!(attention instanceof SelfAttention))
    fail('type', where, 'layer', 'a layer made by selfAttention, or a wrapper of one', layer);
  if (!layer.built) fail('state', where, 'layer', 'a layer that is built', layer.name);
  const channels = attention.weights[0]!.shape[2]!;
  checkTensor(where, 'x', x, { shape: [null, null, null, channels] });
  const compute = () => attention.map(x);
  return tidy(() =>
    layer instanceof Reparametrized
      ? (layer as Reparametrized<never>).withReplacements(false, compute)
      : compute(),
  );
}
