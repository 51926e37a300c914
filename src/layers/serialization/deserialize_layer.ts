import { serialization } from '@tensorflow/tfjs-core';
import type { layers } from '@tensorflow/tfjs-layers';
import { fail } from '../../internal/check.js';

/** A layer or model as tfjs writes it into a config. */
export interface SerializedLayer extends serialization.ConfigDict {
  className: string;
  config: serialization.ConfigDict;
}

/** Makes a layer or model from its config; tfjs-layers does not export its own function for this. */
export function deserializeLayer<T extends layers.Layer>(
  where: string,
  { className, config }: SerializedLayer,
): T {
  const entry = serialization.SerializationMap.getMap().classNameMap[className];
  if (entry === undefined)
    fail(
      'state',
      where,
      'className',
      'the name of a registered class',
      className,
      'Register your own layers with tf.serialization.registerClass first.',
    );
  const [layerClass, fromConfig] = entry;
  return fromConfig(layerClass, config) as T;
}
