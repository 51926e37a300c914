import type { LayersModel } from '@tensorflow/tfjs-layers';
import { stateDict } from 'gan-kit/io';
import type { ArchitectureName } from 'gan-kit/io';
import { writeFileAtomic } from 'gan-kit/node';
import { encodeHalf } from './half_safetensors.js';

/** Writes a generator under PyTorch's names, with kernels of float16; returns the number of bytes. */
export async function saveGenerator(
  model: LayersModel,
  architecture: ArchitectureName,
  path: string,
  metadata: Readonly<Record<string, string>>,
): Promise<number> {
  const bytes = encodeHalf(await stateDict({ model, architecture }), metadata);
  await writeFileAtomic(path, bytes);
  return bytes.length;
}
