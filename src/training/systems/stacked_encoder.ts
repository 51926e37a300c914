import { clipByValue, log, mean, square, sub } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { fail } from '../../internal/check.js';
import { withoutEffects } from '../../layers/modes/without_effects.js';
import { comesFrom, computeFrom, symbolsOf } from '../../layers/symbolic_graph.js';
import { classRows } from '../../ops/class_rows.js';
import { softmaxCrossEntropy } from '../../ops/softmax_cross_entropy.js';
import { endOf } from '../step/check_system.js';

/** The least probability whose logarithm is taken, if an encoder ends in softmax. */
const LEAST = 1e-7;

/** A classifier as the encoder of a stack: its features h_1 … h_{N−1} of images, and what leads from each to the next. */
export class StackedEncoder {
  /** x, h_1, …, h_{N−1}, and the classes. */
  private readonly symbols: readonly SymbolicTensor[];
  private readonly endsInSoftmax: boolean;

  /**
   * @param model From images to class logits or probabilities `[batch, classes]`.
   * @param features The names of the layers whose outputs are h_1 … h_{N−1}.
   * @throws GanKitError if one is not a layer of the model, or does not follow from the one before alone.
   */
  constructor(
    where: string,
    private readonly model: LayersModel,
    features: readonly string[],
  ) {
    const top = model.outputs[0]!;
    if (top.shape.length !== 2 || !(top.shape[1]! > 1))
      fail('shape', where, 'encoder', 'a model of output [batch, classes]', top.shape);
    const { last, activation } = endOf(top.sourceLayer);
    if (activation === 'sigmoid')
      fail('value', where, 'encoder', 'a model that ends in logits or softmax', 'a sigmoid');
    this.endsInSoftmax = activation === 'softmax' || last.getClassName() === 'Softmax';
    const named = features.map((name, i) => symbolOf(where, `features[${i}]`, model, name));
    this.symbols = [model.inputs[0]!, ...named, top];
    this.symbols.slice(1).forEach((symbol, i) => {
      const before = this.symbols[i]!;
      if (symbol !== before && comesFrom(before, symbol)) return;
      const isTop = i === features.length;
      const rule = isTop
        ? 'a layer from whose output alone the classes follow'
        : `a layer whose output follows from ${i === 0 ? 'the images' : `that of '${features[i - 1]!}'`} alone`;
      const at = isTop ? i - 1 : i;
      fail('value', where, `features[${at}]`, rule, features[at]);
    });
  }

  /** Returns the shape of h_i; h_0 are the images. */
  shapeOf(level: number): readonly (number | null)[] {
    return this.symbols[level]!.shape;
  }

  get classes(): number {
    return this.symbols.at(-1)!.shape[1]!;
  }

  /** Computes x, h_1, …, h_{N−1}. */
  featuresOf(x: Tensor): Tensor[] {
    return this.compute(0, x, this.symbols.slice(0, -1));
  }

  /** Computes E_i(ĥ_i): h_{i+1} from h_i, or the classes from h_{N−1}. */
  private above(level: number, h: Tensor): Tensor {
    return this.compute(level, h, [this.symbols[level + 1]!])[0]!;
  }

  private compute(from: number, value: Tensor, wanted: readonly SymbolicTensor[]): Tensor[] {
    return withoutEffects([this.model], () => computeFrom(this.symbols[from]!, value, wanted));
  }

  /** Computes how far E_i(ĥ_i) is from its condition h_{i+1}: the mean of the squared differences. */
  distance(level: number, h: Tensor, condition: Tensor): Scalar {
    return mean<Scalar>(square(sub(this.above(level, h), condition)));
  }

  /** Computes E[−log p(y | ĥ)] at the top, of the class y. */
  crossEntropy(level: number, h: Tensor, condition: Tensor): Scalar {
    const classes = this.above(level, h);
    // the logarithms of probabilities are logits of theirs
    const logits = this.endsInSoftmax ? log(clipByValue(classes, LEAST, 1)) : classes;
    const labels = classRows(condition, this.classes);
    return mean<Scalar>(softmaxCrossEntropy({ labels, logits }));
  }
}

/** Finds the output of a layer in a model. */
function symbolOf(
  where: string,
  parameter: string,
  model: LayersModel,
  name: string,
): SymbolicTensor {
  const symbols = symbolsOf(model);
  const found = symbols.filter(({ sourceLayer }) => sourceLayer.name === name);
  if (found.length === 1) return found[0]!;
  const names = [...new Set(symbols.map(({ sourceLayer }) => sourceLayer.name))];
  return fail(
    'value',
    where,
    parameter,
    'a layer of the encoder with one output',
    name,
    `It has ${names.join(', ')}.`,
  );
}
