import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';

/** Lists the inputs of the call of a layer that made a tensor of a model's graph. */
export const inputsOfCall = ({ sourceLayer, nodeIndex }: SymbolicTensor): SymbolicTensor[] =>
  sourceLayer.inboundNodes[nodeIndex]!.inputTensors;

/** Lists the tensors of a model's graph, from its outputs back to its inputs; a layer may belong to other models, too. */
export function graphTensors(model: LayersModel): ReadonlySet<SymbolicTensor> {
  const found = new Set(model.outputs);
  for (const tensor of found) for (const input of inputsOfCall(tensor)) found.add(input);
  return found;
}
