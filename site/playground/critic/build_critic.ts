import { serialization } from '@tensorflow/tfjs-core';
import { layers, loadLayersModel } from '@tensorflow/tfjs-layers';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { registerLayers } from 'gan-kit/layers';
import { initializeWeights } from 'gan-kit/models';
import type { CriticText } from './critic_text.js';
import { counted, LIMITS, Refusal } from './limits.js';
import type { CheckSettings } from './settings.js';

type AddWeight = (name: string, shape: (number | null)[], ...rest: unknown[]) => unknown;

/**
 * Builds a critic from its text and draws its weights, the same ones on every backend.
 *
 * @throws Refusal if a class is unknown, or the critic has too many weights or cannot be built.
 */
export async function buildCritic(
  { classes, topology }: CriticText,
  { seed, stddev }: Pick<CheckSettings, 'seed' | 'stddev'>,
): Promise<LayersModel> {
  registerLayers();
  const { classNameMap } = serialization.SerializationMap.getMap();
  const unknown = classes.filter(({ className }) => !Object.hasOwn(classNameMap, className));
  if (unknown.length > 0) {
    const names = new Set(
      unknown.map(({ className, layer }) => `${className} (in the layer “${layer}”)`),
    );
    throw new Refusal(
      `Neither TensorFlow.js nor gan-kit has ${[...names].join(', ')}. This page runs no code of yours: check a ` +
        'critic with classes of your own by checkGradients in your program.',
    );
  }
  let critic: LayersModel;
  const stopCounting = countWeights();
  try {
    critic = await loadLayersModel({ load: async () => ({ modelTopology: topology }) });
  } catch (error) {
    if (error instanceof Refusal) throw error;
    const line = String((error as Error).message ?? error).split('\n')[0]!;
    throw new Refusal(`TensorFlow.js cannot build the model: ${line}`);
  } finally {
    stopCounting();
  }
  initializeWeights(critic, { seed, stddev });
  return critic;
}

/** Counts the weights while a model is built, and refuses too many before they are made. */
function countWeights(): () => void {
  const prototype = layers.Layer.prototype as unknown as { addWeight: AddWeight };
  const { addWeight } = prototype;
  let weights = 0;
  prototype.addWeight = function (this: unknown, name, shape, ...rest) {
    weights += shape.reduce<number>((product, size) => product * (size ?? 1), 1);
    if (!(weights <= LIMITS.weights))
      throw new Refusal(
        `The critic has more than ${counted(LIMITS.weights)} weights, too many for this page: each is compared in ` +
          'dozens of derivatives. One with fewer channels has the same layers, and the same faults.',
      );
    return addWeight.call(this, name, shape, ...rest);
  };
  return () => void (prototype.addWeight = addWeight);
}
