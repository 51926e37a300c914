<<<<<<< HEAD
import { isArrayBuffer, isUint8Array } from '../internal/brands.js';
import { fail } from '../internal/check.js';
import { allOrNothing } from '../internal/freed_if_thrown.js';
=======
>>>>>>> 91a3974 (metrics: LPIPS ready through AlexNet and VGG16, from the files that torchvision and lpips publish; new exports are in the contract)
import { loadStateDict } from '../io/pytorch/load_state_dict.js';
import { emptyInception } from '../models/inception_v3.js';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { InceptionName } from './score_names.js';
import { bytesOf, readStateDict } from './weights_file.js';

/** SHA-256 of the file that pytorch-fid and torch-fidelity publish. */
const PUBLISHED = '6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2';

/** The network with the weights of a file, and what it may be called. */
export async function readInception(
  where: string,
  weights: unknown,
): Promise<{ network: LayersModel; name: InceptionName }> {
  const bytes = await bytesOf(where, 'weights', weights);
  const name = (await sha256(bytes)) === PUBLISHED ? 'inception-v3-2015' : 'inception-v3';
<<<<<<< HEAD
  const stateDict = isSafetensors(bytes) ? decodeSafetensors(bytes).tensors : await readPth(bytes);
  return allOrNothing(() => {
    const network = emptyInception();
=======
  const stateDict = await readStateDict(bytes);
  const network = emptyInception();
  try {
>>>>>>> 91a3974 (metrics: LPIPS ready through AlexNet and VGG16, from the files that torchvision and lpips publish; new exports are in the contract)
    loadStateDict({ model: network, stateDict, architecture: 'inception' });
    return { network, name };
  });
}

<<<<<<< HEAD
async function bytesOf(where: string, weights: unknown): Promise<Uint8Array<ArrayBuffer>> {
  if (isUint8Array(weights)) return weights as Uint8Array<ArrayBuffer>;
  if (isArrayBuffer(weights)) return new Uint8Array(weights);
  const { href } = (weights ?? {}) as { href?: unknown };
  if (typeof href !== 'string')
    fail(
      ...(['type', where, 'weights', 'the bytes of a file, or a URL', weights] as const),
      'In Node, `await readFile(path)`; in a browser, `await file.arrayBuffer()`.',
    );
  const response = await fetch(href);
  if (!response.ok)
    fail('value', where, 'weights', 'a URL that answers', `${response.status} of ${href}`);
  return new Uint8Array(await response.arrayBuffer());
}

/** The header follows 8 bytes of its length. */
const isSafetensors = (bytes: Uint8Array) => bytes[8] === '{'.charCodeAt(0);

=======
>>>>>>> 91a3974 (metrics: LPIPS ready through AlexNet and VGG16, from the files that torchvision and lpips publish; new exports are in the contract)
/** Browsers have it on secure pages only; elsewhere nothing is known of the file. */
async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string | undefined> {
  const digest = await globalThis.crypto?.subtle?.digest('SHA-256', bytes);
  if (digest === undefined) return undefined;
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
