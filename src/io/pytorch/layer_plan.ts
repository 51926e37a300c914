import type { layers } from '@tensorflow/tfjs-layers';
import { fail } from '../../internal/check.js';
import type { LayerVariable } from '../../layers/weights/named_weights.js';
import type { StateArray } from '../../types.js';
import { OWN_KEYS, advanced } from './own_spectral_norm.js';
import { inverse } from './permuted.js';
import type { Share } from './shared_columns.js';
import { spectralColumns } from './spectral_columns.js';
import type { Entries } from './state_dict_entries.js';
import type { WholeMap } from './torch_module.js';
import { LAYER_RULES, SPECTRAL_KEYS, convolutionRule, linearRule } from './weight_rules.js';
import type { LayerRule, SpectralKeys } from './weight_rules.js';

type Layer = layers.Layer;

/** Returns whether a layer is spectrally normalized. */
export const isSpectral = (layer: Layer): boolean =>
  layer.getClassName() === 'GanKitSpectralNormalization';

/** Returns whether the weights of a layer are scaled in use. */
export const isEqualized = (layer: Layer): boolean =>
  layer.getClassName() === 'GanKitEqualizedLearningRate';

/** One weight of a model and the entry of a state_dict that it corresponds to. */
export interface PlannedWeight {
  readonly key: string;
  readonly variable: LayerVariable;
  /** The shape of the entry. */
  readonly shape: readonly number[];
  /**
   * The shape whose axes are reordered. It equals `shape`, unless the entry has several axes in one, as v has the
   * axes of the kernel without the outputs.
   */
  readonly unrolled: readonly number[];
  /** The order of axes: axis i of our weight is axis `axes[i]` of PyTorch's. */
  readonly axes: readonly number[];
  /** Computes a missing entry from the others; returns undefined if they do not determine it. */
  readonly otherwise?: (entries: Entries) => StateArray | undefined;
  /** The columns of the entry that are this weight's; the others are other weights'. */
  readonly share?: Share;
  /** Computes the weight from several entries, in place of its own; returns undefined if they do not determine it. */
  readonly derived?: (entries: Entries) => StateArray | undefined;
  /** Whether a written state_dict has no entry for it. */
  readonly unwritten?: boolean;
  /** Whether the entry is omitted if all its values are zero. */
  readonly absentIfZero?: boolean;
}

/** Returns how the weights of a layer are named and laid out in PyTorch; refuses an unknown class of layer. */
export function ruleOf(where: string, layer: Layer): LayerRule {
  const isWrapper = isSpectral(layer) || isEqualized(layer);
  const wrapped = isWrapper ? (layer as unknown as { layer: Layer }).layer : layer;
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

/** Returns the rule of a dense layer to or from a whole feature map. */
export function mapRule(
  where: string,
  layer: Layer,
  map: WholeMap,
  byName: ReadonlyMap<string, Layer>,
  weights: ReadonlyMap<string, LayerVariable>,
): LayerRule {
  const shaper = byName.get(map.shaper);
  const shape = (map.side === 'output' ? shaper?.getOutputAt(0) : shaper?.getInputAt(0)) as
    { readonly shape: readonly (number | null)[] } | undefined;
  const kernel = weights.get('kernel');
  if (shape?.shape.length !== 4 || kernel === undefined)
    fail('value', where, 'model', `with a map at its layer '${map.shaper}'`, [...byName.keys()]);
  const sizes = shape.shape.slice(1) as number[];
  const ofDense = { side: map.side, map: sizes, kernel: kernel.shape as number[] };
  if (map.kind === 'linear') return linearRule(ofDense);
  return convolutionRule(ofDense);
}

/** Plans the entries of one layer. */
export function planLayer(
  { weights: rules, rows = [0], ownSpectralNorm }: LayerRule,
  module: string,
  weights: ReadonlyMap<string, LayerVariable>,
  keys: SpectralKeys,
  withoutBiases: boolean,
): PlannedWeight[] {
  return rules.flatMap(({ ours, theirs, axes, shape: taken, flat, share }): PlannedWeight[] => {
    const variable = weights.get(ours);
    if (variable === undefined) return []; // the layer has no bias, or no scale
    const own = taken ?? (variable.shape as number[]);
    const unrolled = inverse(axes).map((axis) => own[axis]!);
    const together = share && [unrolled[0]!, unrolled[1]! * share.of];
    const shape = flat ?? together ?? unrolled;
    const zero = () => ({ shape, data: new Float32Array(own.reduce((a, b) => a * b, 1)) });
    const plain = {
      ...{ variable, shape, unrolled, axes, ...(share && { share }) },
      ...(withoutBiases && ours === 'bias' ? { otherwise: zero, absentIfZero: true } : {}),
    };
    const [u, v] = [weights.get(`${ours}_u`), weights.get(`${ours}_v`)];
    if (u === undefined || v === undefined) return [{ ...plain, key: `${module}.${theirs}` }];
    if (ownSpectralNorm === true)
      return [{ ...plain, key: `${module}.${theirs}` }, ...planOwnVectors({ u, v }, module)];
    const names = SPECTRAL_KEYS[keys];
    const owner = `${module}.${theirs}`.replace(/\.weight$/, '');
    const outputs = rows.map((row) => axes[row]!);
    const inputs = axes.filter((axis) => !outputs.includes(axis));
    return [
      { ...plain, key: `${owner}.${names.weight}` },
      { ...planVector(u, unrolled, outputs), key: `${owner}.${names.u}` },
      {
        ...planVector(v, unrolled, inputs),
        key: `${owner}.${names.v}`,
        otherwise: (entries) => columnsOf(entries, owner, flat ? 0 : outputs[0]!),
      },
    ];
  });
}

/** Plans u and v of mimicry's own classes, which store u alone. */
function planOwnVectors(
  vectors: Readonly<Record<'u' | 'v', LayerVariable>>,
  module: string,
): PlannedWeight[] {
  const shape = [1, vectors.u.shape[0]!];
  return (['u', 'v'] as const).map((name) => ({
    ...{ variable: vectors[name], key: `${module}.${OWN_KEYS.u}`, shape },
    ...{ unrolled: vectors[name].shape as number[], axes: [0] },
    derived: (entries) => advanced(entries, module)?.[name],
    unwritten: name === 'v',
  }));
}

/**
 * Computes v for a file that contains only u; returns undefined if entries are missing or their sizes disagree.
 */
function columnsOf(entries: Entries, module: string, outputs: number): StateArray | undefined {
  const { weight: original, u: vector } = SPECTRAL_KEYS.hook;
  const [weight, u] = [entries.get(`${module}.${original}`), entries.get(`${module}.${vector}`)];
  const normalized = entries.get(`${module}.weight`);
  if (weight === undefined || u?.data.length !== weight.shape[outputs]) return undefined;
  if (normalized !== undefined && normalized.data.length !== weight.data.length) return undefined;
  return spectralColumns({ weight, u: u!, normalized }, outputs);
}

/**
 * Plans u or v, a vector over some axes of the kernel: the outputs, or all others. In PyTorch the axes have the
 * order of its kernel, here the order of ours.
 *
 * @param shape The shape of PyTorch's kernel.
 * @param axes The axes of PyTorch's kernel, in our order.
 */
function planVector(
  variable: LayerVariable,
  shape: readonly number[],
  axes: readonly number[],
): Omit<PlannedWeight, 'key'> {
  const theirs = [...axes].sort((a, b) => a - b);
  return {
    ...{ variable, shape: variable.shape as number[] },
    unrolled: theirs.map((axis) => shape[axis]!),
    axes: axes.map((axis) => theirs.indexOf(axis)),
  };
}
