import { LIMITS, limit, Refusal } from './limits.js';

type Values = Readonly<Record<string, unknown>>;

/** A layer as the text has it. */
export interface LayerText {
  readonly name: string;
  readonly className: string;
  readonly activation: string | undefined;
}

/** An input as the text has it. */
export interface InputText {
  readonly name: string;
  /** Without the batch; null is a size that the text leaves open. */
  readonly shape: readonly (number | null)[];
  /** Number of classes, if the input is labels. */
  readonly classes: number | undefined;
}

/** What a text says of a critic; nothing of it has been run. */
export interface CriticText {
  readonly name: string;
  readonly className: string;
  /** What tfjs builds the model from. */
  readonly topology: object;
  readonly layers: readonly LayerText[];
  /** All classes that the text names, with the layer each is of. */
  readonly classes: readonly { readonly className: string; readonly layer: string }[];
  readonly inputs: readonly InputText[];
}

const MODELS = ['Sequential', 'Model', 'Functional'];

/**
 * Reads the text of a layers model: what `toJSON` of tfjs-layers gives, or a `model.json` of tfjs or Keras 2.
 *
 * @throws Refusal if it is something else.
 */
export function readCritic(text: string): CriticText {
  if (text.trim() === '') throw new Refusal('There is no text yet: paste a model, or choose one.');
  limit('Characters of the text', text.length, LIMITS.characters);
  const topology = topologyOf(parse(text));
  const config = configOf(topology);
  const layers: LayerText[] = [];
  const classes: { className: string; layer: string }[] = [];
  for (const layer of layersOf(config)) {
    walk(layer, nameOf(layer), 0, classes);
    layers.push(...leaves(layer, ''));
  }
  limit('Layers', layers.length, LIMITS.layers);
  if (layers.length === 0) throw new Refusal('The model has no layers.');
  return {
    name: nameOf(topology) || 'critic',
    className: classOf(topology)!,
    topology,
    layers,
    classes,
    inputs: inputsOf(config),
  };
}

function parse(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    // model.toJSON() of tfjs gives a text, which JSON.stringify makes a text of again
    return typeof value === 'string' ? JSON.parse(value) : value;
  } catch (error) {
    throw new Refusal(`The text is not JSON: ${(error as Error).message}.`);
  }
}

function topologyOf(value: unknown): Values {
  if (!isValues(value)) throw new Refusal('The JSON is not an object, and so not a model.');
  if (value['format'] === 'graph-model' || 'node' in value)
    throw new Refusal('This is a graph model: it has ops, no layers, and cannot be trained.');
  for (const key of ['modelTopology', 'model_config', 'modelConfig']) {
    const inner = value[key];
    if (typeof inner === 'string') return topologyOf(parse(inner));
    if (isValues(inner)) return topologyOf(inner);
  }
  if (typeof value['module'] === 'string' || 'registered_name' in value)
    throw new Refusal(
      'This is a model of Keras 3, which TensorFlow.js does not read. Save it with Keras 2 ' +
        '(tf_keras, or TF_USE_LEGACY_KERAS=1), or paste what model.toJSON() gives in TensorFlow.js.',
    );
  const className = classOf(value);
  if (className === undefined)
    throw new Refusal('The JSON has no `class_name` and `config`, and so is not a layers model.');
  if (!MODELS.includes(className))
    throw new Refusal(
      `The text must be a whole model: ${MODELS.join(', ')}. Received: a ${className}.`,
    );
  return value;
}

const isValues = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Returns a member by its name in Keras or in tfjs. */
const member = (values: Values, ...names: string[]): unknown =>
  names.map((name) => values[name]).find((value) => value !== undefined);

function classOf(values: Values): string | undefined {
  const className = member(values, 'class_name', 'className');
  return typeof className === 'string' && 'config' in values ? className : undefined;
}

const configOf = (values: Values): unknown => values['config'];

/** Returns the layers of a model's config; old models of Keras have them alone. */
function layersOf(config: unknown): Values[] {
  const layers = isValues(config) ? config['layers'] : config;
  return Array.isArray(layers) ? layers.filter(isValues) : [];
}

function nameOf(layer: Values): string {
  const config = configOf(layer);
  const name = (isValues(config) ? config['name'] : undefined) ?? layer['name'];
  return typeof name === 'string' ? name : '';
}

/** Lists the layers of a model and of models within it, with their paths as `checkGradients` writes them. */
function leaves(layer: Values, prefix: string): LayerText[] {
  const className = classOf(layer);
  if (className === undefined) throw new Refusal('A layer has no `class_name` and `config`.');
  const name = `${prefix}${nameOf(layer)}`;
  const config = configOf(layer);
  if (MODELS.includes(className))
    return layersOf(config).flatMap((inner) => leaves(inner, `${name}/`));
  const activation = isValues(config) ? config['activation'] : undefined;
  return [{ name, className, activation: typeof activation === 'string' ? activation : undefined }];
}

/** Notes all classes that a value names. */
function walk(
  value: unknown,
  layer: string,
  depth: number,
  classes: { className: string; layer: string }[],
): void {
  if (depth > LIMITS.depth)
    throw new Refusal(`The layer “${layer}” has more than ${LIMITS.depth} levels of objects.`);
  if (Array.isArray(value)) for (const one of value) walk(one, layer, depth + 1, classes);
  if (!isValues(value)) return;
  const className = classOf(value);
  if (className !== undefined) classes.push({ className, layer });
  for (const one of Object.values(value)) walk(one, layer, depth + 1, classes);
}

function inputsOf(config: unknown): InputText[] {
  const layers = layersOf(config);
  const named = isValues(config) ? member(config, 'input_layers', 'inputLayers') : undefined;
  if (!Array.isArray(named)) return firstInput(layers[0]!);
  const calls: unknown[] = named.every(Array.isArray) ? named : [named];
  return calls.map((call) => {
    const name = Array.isArray(call) ? String(call[0]) : '';
    const layer = layers.find((one) => nameOf(one) === name || one['name'] === name);
    if (layer === undefined) throw new Refusal(`The input “${name}” is not among the layers.`);
    return { name, shape: shapeOf(layer).shape, classes: labelClasses(layers, layer) };
  });
}

/** Returns the input of a sequential model, which its first layer has. */
function firstInput(layer: Values): InputText[] {
  if (MODELS.includes(classOf(layer) ?? '')) return inputsOf(configOf(layer));
  const { shape } = shapeOf(layer);
  const name = nameOf(layer);
  const classes = classOf(layer) === 'Embedding' ? classesOf(layer) : undefined;
  return [{ name, shape, classes }];
}

function shapeOf(layer: Values): { shape: (number | null)[]; isInteger: boolean } {
  const config = configOf(layer);
  const values = isValues(config) ? config : {};
  const batched = member(values, 'batch_input_shape', 'batchInputShape');
  const shape = Array.isArray(batched)
    ? (batched as unknown[]).slice(1)
    : member(values, 'input_shape', 'inputShape');
  const isSize = (size: unknown): size is number | null =>
    size === null || (Number.isInteger(size) && (size as number) > 0);
  if (!Array.isArray(shape) || !(shape as unknown[]).every(isSize))
    throw new Refusal(
      `The layer “${nameOf(layer)}” has no \`batch_input_shape\`, so that the model cannot be built.`,
    );
  const isInteger = typeof values['dtype'] === 'string' && values['dtype'].startsWith('int');
  return { shape: shape as (number | null)[], isInteger };
}

/** Returns the number of classes that a layer chooses from. */
function classesOf(layer: Values): number | undefined {
  const config = configOf(layer);
  const classes = isValues(config) ? member(config, 'input_dim', 'inputDim', 'classes') : undefined;
  return Number.isInteger(classes) ? (classes as number) : undefined;
}

/** Returns the number of classes of an input, if it is labels: integers, or what an embedding looks up. */
function labelClasses(layers: readonly Values[], input: Values): number | undefined {
  const name = JSON.stringify(nameOf(input));
  const users = layers.filter((layer) =>
    JSON.stringify(member(layer, 'inbound_nodes', 'inboundNodes') ?? []).includes(name),
  );
  const isLabel = shapeOf(input).isInteger || users.some((layer) => classOf(layer) === 'Embedding');
  const known = users.map(classesOf).filter((classes) => classes !== undefined);
  if (!isLabel) return undefined;
  return known.length === 0 ? 2 : Math.min(...known);
}
