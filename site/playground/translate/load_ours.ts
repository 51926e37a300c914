import { decodeSafetensors } from 'gan-kit/io';
import type { OurName } from './settings.js';
import { Translator } from './translator.js';

/** The files that the examples wrote. */
const FILES: Readonly<Record<OurName, URL>> = {
  edges: new URL('../../../examples/edges2clothes/weights/generator.safetensors', import.meta.url),
  labels: new URL(
    '../../../examples/street_scenes/weights/labels-to-photo.safetensors',
    import.meta.url,
  ),
  photo: new URL(
    '../../../examples/street_scenes/weights/photo-to-labels.safetensors',
    import.meta.url,
  ),
};

/** Loads a generator that an example trained. */
export async function loadOurs(name: OurName): Promise<Translator> {
  const response = await fetch(FILES[name]);
  if (!response.ok) throw new Error(`The generator could not be loaded: ${response.status}.`);
  return Translator.from(decodeSafetensors(new Uint8Array(await response.arrayBuffer())).tensors);
}
