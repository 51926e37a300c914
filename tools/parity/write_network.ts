import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Tensor } from '@tensorflow/tfjs-core';
import { encodeSafetensors } from '../../src/io/safetensors.js';
import type { StateArray } from '../../src/types.js';

/** Writes a network's weights, what it made, and how a script builds it again: three files of one name. */
export async function writeNetwork(
  folder: string,
  name: string,
  tensors: Record<string, StateArray>,
  made: Tensor,
  recipe: { readonly model: string; readonly options: object },
): Promise<void> {
  const output = { shape: made.shape, data: await made.data<'float32'>() };
  const path = join(folder, name);
  await writeFile(`${path}.safetensors`, encodeSafetensors({ tensors }));
  await writeFile(`${path}.output.safetensors`, encodeSafetensors({ tensors: { output } }));
  await writeFile(`${path}.json`, JSON.stringify(recipe));
  console.log(`${name}: ${Object.keys(tensors).length} arrays`);
}
