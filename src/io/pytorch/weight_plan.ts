import type { LayersModel, layers } from '@tensorflow/tfjs-layers';
import { fail } from '../../internal/check.js';
import { innerLayers, layersOf } from '../../layers/inner_layers.js';
import { namedWeights } from '../../layers/named_weights.js';
import type { LayerVariable } from '../../layers/named_weights.js';
import type { StateArray } from '../../types.js';
import { spectralColumns } from './spectral_columns.js';
import type { Entries } from './state_dict_entries.js';
import type { Architecture, TorchModule } from './torch_module.js';
import { moduleNames } from './torch_module.js';
import { inverse } from './permuted.js';
import { BATCHES_TRACKED, LAYER_RULES, SPECTRAL_KEYS } from './weight_rules.js';
import type { LayerRule, SpectralKeys } from './weight_rules.js';

type Layer = layers.Layer;

const SPECTRAL = 'GanKitSpectralNormalization';

/** One weight of a model and the entry of a state_dict that it corresponds to. */
export interface PlannedWeight {
  readonly key: string;
  readonly variable: LayerVariable;
  /** The entry's shape. */
  readonly shape: readonly number[];
  /** The entry's shape with the axes that are put in another order: v is a matrix row unrolled. */
  readonly unrolled: readonly number[];
  /** Axis i of ours is axis `axes[i]` of theirs. */
  readonly axes: readonly number[];
  /** What stands in for an entry that is not there, if the others tell. */
  readonly otherwise?: (entries: Entries) => StateArray | undefined;
}

/** What a state_dict of a model is to hold. */
export interface WeightPlan {
  readonly weights: readonly PlannedWeight[];
  /** The entries that count batches, with the layer that they belong to. */
  readonly counters: ReadonlyMap<string, Layer>;
  /** Entries that are passed over. */
  readonly dropped: ReadonlySet<string>;
  /** The dropped entries that are there if PyTorch uses the running statistics beside them. */
  readonly statistics: readonly string[];
}

/** The layers of a model by name; models and wrappers inside it are looked into. */
function layersByName(model: LayersModel): Map<string, Layer> {
  const found = new Map<string, Layer>();
  const visit = (layer: Layer) => {
    found.set(layer.name, layer);
    if (layer.getClassName() !== SPECTRAL) innerLayers(layer).forEach(visit);
  };
  layersOf(model)!.forEach(visit);
  return found;
}

/** The weights of each layer by their own names. */
function weightsByLayer(model: LayersModel): Map<Layer, Map<string, LayerVariable>> {
  const found = new Map<Layer, Map<string, LayerVariable>>();
  for (const { path, layer, variable } of namedWeights(model)) {
    const weights = found.get(layer) ?? new Map<string, LayerVariable>();
    found.set(layer, weights.set(path.slice(path.lastIndexOf('/') + 1), variable));
  }
  return found;
}

function ruleOf(where: string, layer: Layer): LayerRule {
  const wrapped =
    layer.getClassName() === SPECTRAL ? (layer as unknown as { layer: Layer }).layer : layer;
  const rule = LAYER_RULES[wrapped.getClassName()];
  if (rule === undefined)
    fail(
      'value',
      where,
      'model',
      `of layers among ${Object.keys(LAYER_RULES).join(', ')} where there are weights`,
      `${layer.name}, of class ${wrapped.getClassName()}`,
    );
  return rule;
}

/** The entries of one layer. */
function planLayer(
  { weights: rules, rows = 0 }: LayerRule,
  module: string,
  weights: ReadonlyMap<string, LayerVariable>,
  keys: SpectralKeys,
): PlannedWeight[] {
  return rules.flatMap(({ ours, theirs, axes }): PlannedWeight[] => {
    const variable = weights.get(ours);
    if (variable === undefined) return []; // there is no bias, or no scale
    const own = variable.shape as number[];
    const shape = inverse(axes).map((axis) => own[axis]!);
    const plain = { variable, shape, unrolled: shape, axes };
    const [u, v] = [weights.get(`${ours}_u`), weights.get(`${ours}_v`)];
    if (u === undefined || v === undefined) return [{ ...plain, key: `${module}.${theirs}` }];
    const names = SPECTRAL_KEYS[keys];
    return [
      { ...plain, key: `${module}.${names.weight}` },
      { ...planVector(u), key: `${module}.${names.u}` },
      {
        ...planColumns(v, shape, axes, rows),
        key: `${module}.${names.v}`,
        otherwise: (entries) => columnsOf(entries, module, axes[rows]!),
      },
    ];
  });
}

/** v, of a file that has u alone. */
function columnsOf(entries: Entries, module: string, outputs: number): StateArray | undefined {
  const { weight: original, u: vector } = SPECTRAL_KEYS.hook;
  const [weight, u] = [entries.get(`${module}.${original}`), entries.get(`${module}.${vector}`)];
  const normalized = entries.get(`${module}.weight`);
  if (weight === undefined || u?.data.length !== weight.shape[outputs]) return undefined;
  if (normalized !== undefined && normalized.data.length !== weight.data.length) return undefined;
  return spectralColumns({ weight, u: u!, normalized }, outputs);
}

function planVector(variable: LayerVariable): Omit<PlannedWeight, 'key'> {
  const shape = variable.shape as number[];
  return { variable, shape, unrolled: shape, axes: [0] };
}

/** v counts the kernel's axes but the outputs', there in the order of PyTorch's kernel, here of ours. */
function planColumns(
  v: LayerVariable,
  shape: readonly number[],
  axes: readonly number[],
  rows: number,
): Omit<PlannedWeight, 'key'> {
  const outputs = axes[rows]!;
  return {
    variable: v,
    shape: v.shape as number[],
    unrolled: shape.filter((_, axis) => axis !== outputs),
    axes: axes.filter((axis) => axis !== outputs).map((axis) => (axis > outputs ? axis - 1 : axis)),
  };
}

/** The entries of a model, if its modules in PyTorch are named as in `layout`. */
function planLayout(
  where: string,
  model: LayersModel,
  { maker }: Architecture,
  layout: TorchModule,
  keys: SpectralKeys,
): WeightPlan {
  const byName = layersByName(model);
  const unplanned = weightsByLayer(model);
  const weights: PlannedWeight[] = [];
  const counters = new Map<string, Layer>();
  const dropped = new Set<string>();
  const statistics: string[] = [];
  for (const { layer: name, module } of moduleNames(layout)) {
    const layer = byName.get(name);
    if (layer === undefined) {
      if (name.endsWith('_norm')) continue; // PyTorch has a module there that does nothing
      fail('value', where, 'model', `made by ${maker}, with a layer '${name}'`, [...byName.keys()]);
    }
    const rule = ruleOf(where, layer);
    weights.push(...planLayer(rule, module, unplanned.get(layer) ?? new Map(), keys));
    unplanned.delete(layer);
    if (rule.counts === true) counters.set(`${module}.${BATCHES_TRACKED}`, layer);
    for (const entry of rule.dropped ?? []) dropped.add(`${module}.${entry}`);
    if (rule.dropped?.includes(BATCHES_TRACKED) === true)
      statistics.push(`${module}.${BATCHES_TRACKED}`);
    // the weight divided by σ, which PyTorch kept before 1.1
    if (layer.getClassName() === SPECTRAL && keys === 'hook') dropped.add(`${module}.weight`);
  }
  const [other] = unplanned.keys();
  if (other !== undefined)
    fail(
      'value',
      where,
      'model',
      `made by ${maker}, without other layers that have weights`,
      other.name,
    );
  return { weights, counters, dropped, statistics };
}

/**
 * The entries of a model, first as PyTorch names those of the network that it corresponds to, then
 * as a file may name them instead.
 */
export function planWeights(
  where: string,
  model: LayersModel,
  architecture: Architecture,
  keys: readonly SpectralKeys[],
): WeightPlan[] {
  const names = layersByName(model);
  return architecture
    .layouts((layer) => names.has(layer))
    .flatMap((layout) => keys.map((one) => planLayout(where, model, architecture, layout, one)));
}
