import { io } from '@tensorflow/tfjs-core';
import { readFile } from 'node:fs/promises';
import { basename, dirname, extname, join, normalize } from 'node:path';
import { isArrayBuffer } from '../../internal/brands.js';
import { fail } from '../../internal/check.js';
import { checkPath, writeFileAtomic } from './atomic_file.js';

/**
 * Makes an I/O handler for a model on disk, in tfjs's own format, for `loadLayersModel`, `loadGraphModel`
 * and `model.save`.
 *
 * tfjs supports `file://` only if tfjs-node is installed; this handler does not need it. Saving writes the
 * weights beside the model as `NAME.weights.bin`, then the model itself; each file is written completely or
 * not at all.
 *
 * @param path the `.json` file; missing folders are made when it saves.
 * @returns A handler that both loads and saves.
 * @throws GanKitError if the path is invalid; when it loads, if the file is not a model, or the weights do
 *   not have the size that the model states; the file system's own errors (ENOENT) as they are.
 *
 * **Differentiable:** no.
 *
 * @example
 * ```ts
 * import { loadLayersModel } from '@tensorflow/tfjs-layers';
 * import { loadBackend } from 'gan-kit';
 * import { dcganGenerator } from 'gan-kit/models';
 * import { modelFile } from 'gan-kit/node';
 *
 * await loadBackend();
 * const generator = dcganGenerator({ latentSize: 8, imageShape: [8, 8, 1], filters: 4 });
 * await generator.save(modelFile('generator/model.json'));
 * const loaded = await loadLayersModel(modelFile('generator/model.json'));
 * console.log(loaded.countParams() === generator.countParams()); // → true
 * ```
 */
export function modelFile(path: string): io.IOHandler {
  checkPath('modelFile', path);
  return { load: () => load(path), save: (artifacts) => save(path, artifacts) };
}

async function load(path: string): Promise<io.ModelArtifacts> {
  const model = parse(await readFile(path, 'utf8'), path);
  return io.getModelArtifactsForJSON(model, async (manifest) => {
    const folder = dirname(path);
    const files: Buffer[] = [];
    for (const name of manifest.flatMap((group) => group.paths)) {
      if (typeof name !== 'string' || normalize(name).startsWith('..'))
        fail('value', 'modelFile', path, 'a model whose weights lie beside it', name);
      files.push(await readFile(join(folder, name)));
    }
    const specs = manifest.flatMap((group) => group.weights);
    const data = new Uint8Array(Buffer.concat(files)).buffer;
    const expected = sizeOf(specs);
    if (expected !== undefined && data.byteLength !== expected)
      fail('value', 'modelFile', path, `a model of ${expected} bytes of weights`, data.byteLength);
    return [specs, data];
  });
}

function parse(text: string, path: string): io.ModelJSON {
  let model: Partial<io.ModelJSON> | undefined;
  try {
    model = JSON.parse(text) as Partial<io.ModelJSON>;
  } catch {
    fail('value', 'modelFile', path, 'a model in JSON', 'another text');
  }
  const { modelTopology, weightsManifest } = model ?? {};
  const isGroup = (group: unknown) =>
    typeof group === 'object' &&
    Array.isArray((group as io.WeightsManifestConfig[0])?.paths) &&
    Array.isArray((group as io.WeightsManifestConfig[0]).weights);
  if (typeof modelTopology !== 'object' || !Array.isArray(weightsManifest))
    fail('value', 'modelFile', path, 'a model, with `modelTopology` and `weightsManifest`', model);
  if (!weightsManifest.every(isGroup))
    fail('value', 'modelFile', path, 'a model with lists of weights and their files', model);
  return model as io.ModelJSON;
}

const BYTES: Readonly<Record<string, number>> = { float32: 4, int32: 4, bool: 1, complex64: 8 };

/** Returns the size of the weights in bytes; undefined if a weight is quantized or text. */
function sizeOf(specs: readonly io.WeightsManifestEntry[]): number | undefined {
  let total = 0;
  for (const { shape, dtype, quantization } of specs) {
    const size = BYTES[dtype];
    if (size === undefined || quantization !== undefined) return undefined;
    total += shape.reduce((product, axis) => product * axis, size);
  }
  return total;
}

async function save(path: string, artifacts: io.ModelArtifacts): Promise<io.SaveResult> {
  const { weightData = new ArrayBuffer(0), weightSpecs = [], modelTopology, ...rest } = artifacts;
  if (modelTopology === undefined || isArrayBuffer(modelTopology))
    fail('type', 'modelFile', 'model', 'a model whose topology is JSON', modelTopology);
  const name = `${basename(path, extname(path))}.weights.bin`;
  const model = {
    modelTopology,
    ...rest,
    weightsManifest: [{ paths: [`./${name}`], weights: weightSpecs }],
  };
  const bytes = new Uint8Array(io.CompositeArrayBuffer.join(weightData));
  await writeFileAtomic(join(dirname(path), name), bytes);
  await writeFileAtomic(path, JSON.stringify(model));
  return { modelArtifactsInfo: io.getModelArtifactsInfoForJSON(artifacts) };
}
