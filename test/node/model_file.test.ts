import { ones } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { loadLayersModel } from '@tensorflow/tfjs-layers';
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registerLayers } from '../../src/layers/serialization/register_layers.js';
import { patchDiscriminator } from '../../src/models/patch_discriminator.js';
import { modelFile } from '../../src/node/files/model_file.js';
import { values } from '../helpers/async_tidy.js';
import { useBackend } from '../helpers/backends.js';

const folder = mkdtempSync(join(tmpdir(), 'gan-kit-model-'));
afterAll(() => rmSync(folder, { recursive: true }));
beforeAll(() => useBackend('wasm'));

const build = () =>
  patchDiscriminator({ inputShape: [16, 16, 3], filters: 2, layers: 1, spectralNorm: true });

async function saved(name: string): Promise<string> {
  const path = join(folder, name, 'critic.json');
  const model = build();
  await model.save(modelFile(path));
  model.dispose();
  return path;
}

describe('modelFile', () => {
  it('a model comes back with the same answers', async () => {
    registerLayers();
    const path = join(folder, 'new', 'folder', 'critic.json');
    const model = build();
    await model.save(modelFile(path));
    expect(readdirSync(join(folder, 'new', 'folder')).sort()).toEqual([
      'critic.json',
      'critic.weights.bin',
    ]);
    const loaded = await loadLayersModel(modelFile(path));
    const images = ones([1, 16, 16, 3]);
    const [expected, received] = [model.predict(images), loaded.predict(images)] as Tensor[];
    expect([...(await values(received!))]).toEqual([...(await values(expected!))]);
  });

  it('weights in several files', async () => {
    const path = await saved('sharded');
    const model = JSON.parse(readFileSync(path, 'utf8')) as {
      weightsManifest: { paths: string[] }[];
    };
    const bin = path.replace('.json', '.weights.bin');
    const bytes = readFileSync(bin);
    rmSync(bin);
    writeFileSync(join(folder, 'sharded', 'one.bin'), bytes.subarray(0, 100));
    writeFileSync(join(folder, 'sharded', 'two.bin'), bytes.subarray(100));
    model.weightsManifest[0]!.paths = ['one.bin', 'two.bin'];
    writeFileSync(path, JSON.stringify(model));
    const [whole, sharded] = [build(), await loadLayersModel(modelFile(path))];
    const images = ones([1, 16, 16, 3]);
    const [expected, received] = [whole.predict(images), sharded.predict(images)] as Tensor[];
    expect([...(await values(received!))]).toEqual([...(await values(expected!))]);
  });

  it('is refused where weights are cut off or missing', async () => {
    const path = await saved('cut');
    const bin = path.replace('.json', '.weights.bin');
    truncateSync(bin, 100);
    await expect(loadLayersModel(modelFile(path))).rejects.toThrow(
      /modelFile: `.*critic.json` must be a model of \d+ bytes of weights\. Received: 100/,
    );
    rmSync(bin);
    await expect(loadLayersModel(modelFile(path))).rejects.toThrow(/ENOENT/);
  });

  it.each([
    ['no JSON', 'nothing', /must be a model in JSON/],
    ['null', 'null', /with `modelTopology` and `weightsManifest`/],
    ['no manifest', '{"modelTopology":{}}', /with `modelTopology` and `weightsManifest`/],
    ['a bad manifest', '{"modelTopology":{},"weightsManifest":[null]}', /lists of weights/],
    [
      'weights elsewhere',
      '{"modelTopology":{},"weightsManifest":[{"paths":["../../x.bin"],"weights":[]}]}',
      /whose weights lie beside it/,
    ],
  ])('is refused where the file is %s', async (name, text, message) => {
    const path = join(folder, `${name}.json`);
    writeFileSync(path, text);
    await expect(loadLayersModel(modelFile(path))).rejects.toThrow(message);
  });

  it('a path must be one', () => {
    expect(() => modelFile('')).toThrow(/modelFile: `path` must be a path/);
  });
});
