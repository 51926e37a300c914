import type { SymbolicTensor, layers } from '@tensorflow/tfjs-layers';
import { fail } from '../../../internal/check.js';
import { isSpectral } from '../layer_plan.js';
import { PartOfLayer, WholeMap, countLayers } from '../torch_module.js';
import type { Architecture, TorchModule } from '../torch_module.js';
import { CLASS_TABLES, DENSE, EMBEDDING, STATISTICS } from '../weight_rules.js';

type Layers = ReadonlyMap<string, layers.Layer>;

/** Returns the class of a layer, or of the one inside spectral normalization. */
function classOf(layer: layers.Layer): string {
  const wrapped = isSpectral(layer) ? (layer as unknown as { layer: layers.Layer }).layer : layer;
  return wrapped.getClassName();
}

/** Returns the modules of a normalization. */
const norm = (name: string, byName: Layers): TorchModule =>
  classOf(byName.get(name)!) === 'GanKitConditionalBatchNormalization'
    ? { bn: new PartOfLayer(name, STATISTICS), embed: new PartOfLayer(name, CLASS_TABLES) }
    : name;

/** Returns the modules of a block, in mimicry's order. */
function block(name: string, byName: Layers): TorchModule {
  const has = (layer: string) => byName.has(layer);
  return {
    ...{ c1: `${name}_a`, c2: `${name}_b` },
    ...(has(`${name}_a_norm`)
      ? { b1: norm(`${name}_a_norm`, byName), b2: norm(`${name}_b_norm`, byName) }
      : {}),
    ...(has(`${name}_skip`) ? { c_sc: `${name}_skip` } : {}),
  };
}

/** Returns `first`, `first + 1`, … with the modules of as many blocks. */
const blocks = (count: number, first: number, byName: Layers): Record<string, TorchModule> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, k) => [`block${first + k}`, block(`block${k + 1}`, byName)]),
  );

/** Returns the module of attention, if there is one. */
const attentionOf = (byName: Layers): Record<string, TorchModule> =>
  byName.has('attention') ? { attn_block: 'attention' } : {};

function generator(count: number, byName: Layers): TorchModule {
  const last = count + 2;
  return {
    l1: new WholeMap('project', 'reshape', 'output', 'linear'),
    ...blocks(count, 2, byName),
    ...attentionOf(byName),
    ...{ [`b${last}`]: 'output_norm', [`c${last}`]: 'output' },
  };
}

/** Returns the name of the logit's layer: counted after the blocks, but for SN-GAN's of 48×48. */
function logitOf(count: number, byName: Layers): string {
  const isSNGAN48 = count === 5 && !byName.has('block5_b_pool') && isSpectral(byName.get('logit')!);
  return `l${isSNGAN48 ? count : count + 1}`;
}

/**
 * Returns the modules of the last layer, then others that a file may have. Of cGAN-PD they are a linear layer and an
 * embedding; at 32×32 their spectral norm is by mimicry's own classes, elsewhere and in
 * SAGAN by PyTorch.
 */
function lastLayers(count: number, byName: Layers): readonly Record<string, TorchModule>[] {
  const name = logitOf(count, byName);
  if (classOf(byName.get('logit')!) !== 'GanKitProjection') return [{ [name]: 'logit' }];
  const isOwn = count === 4 && !byName.has('attention');
  const variants = isSpectral(byName.get('logit')!) ? [isOwn, !isOwn] : [false];
  return variants.map((ownSpectralNorm) => ({
    [name]: new PartOfLayer('logit', { ...DENSE, ownSpectralNorm }),
    l_y: new PartOfLayer('logit', { ...EMBEDDING, ownSpectralNorm }),
  }));
}

/** Returns the height of what a layer makes. */
const heightOf = (layer: layers.Layer): number =>
  (layer.getOutputAt(0) as SymbolicTensor).shape[1]!;

/** Refuses a model with the same weights that computes something else. */
function check(where: string, byName: Layers): void {
  const refuse = (rule: string, received: unknown): never =>
    fail(
      ...(['value', where, 'model', rule, received] as const),
      "mimicry's networks have `interpolation: 'bilinear'`, `epsilon: 1e-5` and `skipInput: 'relu'`.",
    );
  const options = [...byName.values()].map((layer) => [layer.name, layer.getConfig()] as const);
  for (const [name, { interpolation, epsilon }] of options) {
    if (name.endsWith('_up') && interpolation !== 'bilinear')
      refuse("with `interpolation: 'bilinear'`", interpolation);
    if (name.endsWith('_norm') && epsilon !== 1e-5) refuse('with `epsilon: 1e-5`', epsilon);
  }
  const attention = byName.get('attention');
  if (attention !== undefined) {
    const image = heightOf(byName.get('image') ?? byName.get('input')!);
    const place = { 32: byName.has('image') ? 16 : 8, 128: 32 }[image];
    if (heightOf(attention) !== place || !isSpectral(attention))
      fail(
        ...(['value', where, 'model'] as const),
        `with \`attention: ${place ?? 'undefined'}\` and \`spectralNorm: true\` at ${image}×${image}`,
        heightOf(attention),
        "mimicry's SAGAN is for 32×32 and 128×128.",
      );
  }
  const [logit, pool] = [byName.get('logit'), byName.get('pool')?.getClassName()];
  if (logit === undefined) return;
  const sums = isSpectral(logit);
  if (pool !== (sums ? 'GanKitGlobalSumPooling2D' : 'GlobalAveragePooling2D'))
    refuse(`with \`pooling: '${sums ? 'sum' : 'mean'}'\` where \`spectralNorm\` is ${sums}`, pool);
  if (!byName.has('block2_skip_act')) refuse("with `skipInput: 'relu'`", 'raw');
}

/** The residual networks of mimicry: SN-GAN, WGAN-GP, cGAN-PD and SAGAN. */
export const residual: Architecture = {
  maker: 'residualGenerator or residualDiscriminator',
  check,
  layouts: (has, byName) => {
    const count = countLayers(has, (k) => `block${k + 1}_a`);
    if (has('project') || !has('logit')) return [generator(count, byName)];
    const all = { ...blocks(count, 1, byName), ...attentionOf(byName) };
    return lastLayers(count, byName).map((last) => ({ ...all, ...last }));
  },
};
