import { dispose, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { model as modelOf } from '@tensorflow/tfjs-layers';
import type { LayersModel, SymbolicTensor, layers } from '@tensorflow/tfjs-layers';
import { fail } from '../internal/check.js';
import { checkInputs } from '../layers/check_inputs.js';
import { graphTensors, inputsOfCall } from '../layers/graph_tensors.js';
import { withoutEffects } from '../layers/modes/without_effects.js';

/** A layer that a batch can initialize. */
type Fitted = layers.Layer & { fit(x: Tensor): Promise<void> };

const isFitted = (layer: layers.Layer): layer is Fitted =>
  typeof (layer as Partial<Fitted>).fit === 'function' && !('layers' in layer);

/**
 * Initializes a model by a batch: each layer with a `fit`, from the first to the last, is fitted to what reaches it. Those are
 * `weightNormalization` of dense layers and convolutions, whose outputs then have mean 0 and variance 1, and
 * `minibatchDiscrimination`. The authors of Improved Techniques do it to their discriminators before training.
 *
 * The model runs in training mode, with noise and dropout; running statistics and the positions of draws do not change.
 * Layers inside a nested model are not fitted.
 *
 * @param model A built model.
 * @param x A batch, of several hundred samples; a list for several inputs. It stays alive.
 * @throws GanKitError if `model` has no such layer, `x` does not fit, or an output of such a layer is the same for all of it;
 *   layers before that one are fitted then.
 *
 * @example
 * ```ts
 * import { randomNormal } from '@tensorflow/tfjs-core';
 * import { layers, sequential } from '@tensorflow/tfjs-layers';
 * import { loadBackend } from 'gan-kit';
 * import { weightNormalization } from 'gan-kit/layers';
 * import { initializeByData } from 'gan-kit/models';
 *
 * await loadBackend();
 * const classifier = sequential({
 *   layers: [
 *     weightNormalization({
 *       layer: layers.dense({ units: 16, activation: 'relu', inputShape: [4] }),
 *       lengths: 'fixed',
 *     }),
 *     weightNormalization({ layer: layers.dense({ units: 3 }) }),
 *   ],
 * });
 * await initializeByData(classifier, randomNormal([100, 4]));
 * ```
 *
 * @see Salimans and Kingma 2016, arXiv 1602.07868, section 3; Salimans et al. 2016, arXiv 1606.03498
 */
export async function initializeByData(
  model: LayersModel,
  x: Tensor | readonly Tensor[],
): Promise<void> {
  const where = 'initializeByData';
  if (!Array.isArray((model as LayersModel | undefined)?.layers))
    fail('type', where, 'model', 'a LayersModel', model);
  const given = Array.isArray(x) ? (x as readonly Tensor[]) : [x as Tensor];
  checkInputs(where, 'x', model, given);
  const fitted = inputsOfFitted(model);
  if (fitted.length === 0)
    fail('value', where, 'model', 'a model with a layer that has a fit', model);
  for (const [layer, input] of fitted) {
    const reaching = reachingOf(model, input, given);
    try {
      await layer.fit(reaching);
    } finally {
      dispose(reaching);
    }
  }
}

/** Computes what reaches a layer. */
function reachingOf(model: LayersModel, input: SymbolicTensor, x: readonly Tensor[]): Tensor {
  const index = model.inputs.indexOf(input);
  if (index >= 0) return x[index]!.clone();
  const before = modelOf({ inputs: model.inputs, outputs: input });
  const inputs = x.length === 1 ? x[0]! : [...x];
  return withoutEffects([model], () =>
    tidy(() => (before.apply(inputs, { training: true }) as Tensor).clone()),
  );
}

/** Lists the layers to fit, from the first to the last, with their inputs within the model. */
function inputsOfFitted(model: LayersModel): [Fitted, SymbolicTensor][] {
  const found = new Map<layers.Layer, SymbolicTensor>();
  for (const tensor of graphTensors(model)) {
    const inputs = inputsOfCall(tensor);
    if (inputs.length === 1) found.set(tensor.sourceLayer, inputs[0]!);
  }
  return model.layers
    .filter((layer) => isFitted(layer))
    .map((layer): [Fitted, SymbolicTensor] => [layer, found.get(layer)!]);
}
