import type { LayersModel, layers } from '@tensorflow/tfjs-layers';
import { fail } from '../../internal/check.js';
import { innerLayers, layersOf } from '../../layers/inner_layers.js';
import { namedWeights } from '../../layers/weights/named_weights.js';
import type { StateArray } from '../../types.js';
import type { LayerVariable } from '../../layers/weights/named_weights.js';
import { isEqualized, isSpectral, mapRule, planLayer, ruleOf } from './layer_plan.js';
import type { PlannedWeight } from './layer_plan.js';
import { OWN_KEYS, advanced } from './own_spectral_norm.js';
import type { Entries } from './state_dict_entries.js';
import type { Architecture, TorchModule } from './torch_module.js';
import { moduleNames } from './torch_module.js';
import { BATCHES_TRACKED } from './weight_rules.js';
import type { SpectralKeys } from './weight_rules.js';

type Layer = layers.Layer;

/** The entries that a state_dict of a model should contain. */
export interface WeightPlan {
  readonly weights: readonly PlannedWeight[];
  /** The entries that count batches, with the layers that they belong to. */
  readonly counters: ReadonlyMap<string, Layer>;
  /** Entries that are computed from others where a state_dict is written. */
  readonly computed: ReadonlyMap<string, (entries: Entries) => StateArray | undefined>;
  /** Entries that are ignored. */
  readonly dropped: ReadonlySet<string>;
  /** The ignored entries whose presence shows that PyTorch uses the running statistics next to them. */
  readonly statistics: readonly string[];
}

/**
 * Collects the layers of a model by name, including those in inner models and wrappers; a spectrally normalized
 * layer counts as one, and so does one whose weights are scaled if the architecture scales them.
 */
function layersByName(model: LayersModel, { equalized = false }: Architecture): Map<string, Layer> {
  const found = new Map<string, Layer>();
  const visit = (layer: Layer) => {
    found.set(layer.name, layer);
    if (!isSpectral(layer) && !(equalized && isEqualized(layer))) innerLayers(layer).forEach(visit);
  };
  layersOf(model)!.forEach(visit);
  return found;
}

/** Collects the weights of each layer by their own names. */
function weightsByLayer(model: LayersModel): Map<Layer, Map<string, LayerVariable>> {
  const found = new Map<Layer, Map<string, LayerVariable>>();
  for (const { path, layer, variable } of namedWeights(model)) {
    const weights = found.get(layer) ?? new Map<string, LayerVariable>();
    found.set(layer, weights.set(path.slice(path.lastIndexOf('/') + 1), variable));
  }
  return found;
}

/** Plans the entries of a model whose modules in PyTorch are named as in `layout`. */
function planLayout(
  where: string,
  model: LayersModel,
  architecture: Architecture,
  layout: TorchModule,
  keys: SpectralKeys,
): WeightPlan {
  const { maker, check, withoutBiases = false, unstored = [] } = architecture;
  const byName = layersByName(model, architecture);
  check?.(where, byName);
  const owned = weightsByLayer(model);
  const unplanned = new Set(owned.keys());
  for (const name of unstored) unplanned.delete(byName.get(name)!);
  const weights: PlannedWeight[] = [];
  const counters = new Map<string, Layer>();
  const computed = new Map<string, (entries: Entries) => StateArray | undefined>();
  const dropped = new Set<string>();
  const statistics: string[] = [];
  for (const { layer: name, module, map, rule: ofModule } of moduleNames(layout)) {
    const layer = byName.get(name);
    if (layer === undefined) {
      if (name.endsWith('_norm')) continue; // PyTorch has a module there that does nothing
      fail('value', where, 'model', `made by ${maker}, with a layer '${name}'`, [...byName.keys()]);
    }
    const own = owned.get(layer) ?? new Map<string, LayerVariable>();
    const rule =
      ofModule ??
      (map === undefined ? ruleOf(where, layer) : mapRule(where, layer, map, byName, own));
    weights.push(...planLayer(rule, module, own, keys, withoutBiases));
    unplanned.delete(layer);
    if (rule.counts === true) counters.set(`${module}.${BATCHES_TRACKED}`, layer);
    for (const entry of rule.dropped ?? []) dropped.add(`${module}.${entry}`);
    if (rule.dropped?.includes(BATCHES_TRACKED) === true)
      statistics.push(`${module}.${BATCHES_TRACKED}`);
    // the weight divided by σ, which PyTorch stored before 1.1
    if (isSpectral(layer) && rule.ownSpectralNorm === true) {
      const sigma = `${module}.${OWN_KEYS.sigma}`;
      computed.set(sigma, (entries) => advanced(entries, module)?.sigma);
      dropped.add(sigma);
    } else if (isSpectral(layer) && keys === 'hook')
      for (const { ours, theirs } of rule.weights)
        if (own.has(`${ours}_u`)) dropped.add(`${module}.${theirs}`);
  }
  const [other] = unplanned;
  if (other !== undefined)
    fail(
      'value',
      where,
      'model',
      `made by ${maker}, without other layers that have weights`,
      other.name,
    );
  return { weights, counters, computed, dropped, statistics };
}

/**
 * Plans the entries of a model: first with the names in the PyTorch network that it corresponds to, then with
 * others that a file may have instead.
 */
export function planWeights(
  where: string,
  model: LayersModel,
  architecture: Architecture,
  keys: readonly SpectralKeys[],
): WeightPlan[] {
  const names = layersByName(model, architecture);
  return architecture
    .layouts((layer) => names.has(layer), names)
    .flatMap((layout) => keys.map((one) => planLayout(where, model, architecture, layout, one)));
}
