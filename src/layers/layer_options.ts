import { readOptions } from '../internal/read_options.js';
import type { OptionsOf, SchemaOf, WithoutOthers } from '../internal/read_options.js';

/** The options of every tfjs layer, and those that tfjs adds to a config when it loads a model. */
const OF_TFJS = [
  'name',
  'trainable',
  'dtype',
  'inputDType',
  'inputShape',
  'batchInputShape',
  'batchSize',
  'weights',
  'updatable',
  'customObjects',
];

/** The options that a layer reads itself. */
type Own<O> = Omit<O, 'name' | 'trainable' | 'inputShape'>;

/** Reads the options of a layer. Those of every tfjs layer are allowed; tfjs reads them itself. */
export const readLayerOptions = <O extends object, const S extends SchemaOf<Own<O>>>(
  where: string,
  options: O,
  schema: S & WithoutOthers<S, Own<O>>,
): OptionsOf<S> => readOptions<Own<O>, S>(where, options, schema, undefined, OF_TFJS);
