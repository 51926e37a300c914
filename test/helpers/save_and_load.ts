import { io } from '@tensorflow/tfjs-core';
import type { io as IO } from '@tensorflow/tfjs-core';
import { loadLayersModel } from '@tensorflow/tfjs-layers';
import type { LayersModel } from '@tensorflow/tfjs-layers';

/** Saves a model in tfjs's own format and loads it again; the artifacts pass through JSON, as in a file. */
export async function saveAndLoad(model: LayersModel): Promise<LayersModel> {
  let artifacts: IO.ModelArtifacts | undefined;
  await model.save(
    io.withSaveHandler(async (saved) => {
      artifacts = JSON.parse(JSON.stringify({ ...saved, weightData: null })) as IO.ModelArtifacts;
      artifacts.weightData = saved.weightData!;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
  );
  return loadLayersModel(io.fromMemory(artifacts!));
}
