import { clone, dispose, keep } from '@tensorflow/tfjs-core';
import type { Variable } from '@tensorflow/tfjs-core';
import type { LayersModel, layers } from '@tensorflow/tfjs-layers';
import type { Mark, Markable } from '../../internal/mark.js';
import { innerLayers } from '../../layers/inner_layers.js';
import { drawingLayers } from '../../layers/modes/replayed_call.js';
import { namedWeights } from '../../layers/weights/named_weights.js';

/**
 * Remembers networks and the pieces around them, so that a step that fails can be undone.
 *
 * Nothing is copied: tensors are held by a second reference, which takes memory for what a step
 * replaces. Going back allocates nothing, because it may follow on the memory having run out. A piece
 * that cannot be marked, such as an optimizer of a class that nobody knows, stays as the step left it.
 */
export function markSystem(networks: readonly LayersModel[], pieces: readonly object[]): Mark {
  const marks: Mark[] = [];
  try {
    for (const model of networks) marks.push(markModel(model));
    for (const piece of pieces) if (isMarkable(piece)) marks.push(piece.mark());
  } catch (error) {
    for (const mark of marks) mark.release();
    throw error;
  }
  return {
    undo: () => marks.forEach((mark) => mark.undo()),
    release: () => marks.forEach((mark) => mark.release()),
  };
}

const isMarkable = (piece: object): piece is Markable =>
  typeof (piece as Partial<Markable>).mark === 'function';

function markModel(model: LayersModel): Mark {
  const variables = namedWeights(model).map(({ variable }) => variable.read() as Variable);
  const before = variables.map((variable) => keep(clone(variable)));
  const draws = drawingLayers([model]).map((layer) => ({ layer, position: layer.position }));
  const marks = markableLayers(model).map((layer) => layer.mark());
  return {
    undo() {
      variables.forEach((variable, i) => variable.assign(before[i]!));
      draws.forEach(({ layer, position }) => layer.seek(position));
      marks.forEach((mark) => mark.undo());
      dispose(before);
    },
    release() {
      marks.forEach((mark) => mark.release());
      dispose(before);
    },
  };
}

/** The layers with a state of their own that can go back, with those inside of others. */
function markableLayers(layer: layers.Layer): Markable[] {
  const inner = innerLayers(layer).flatMap(markableLayers);
  return [...new Set(isMarkable(layer) ? [layer, ...inner] : inner)];
}
