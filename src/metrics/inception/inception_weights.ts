import type { LayersModel } from '@tensorflow/tfjs-layers';
import { allOrNothing } from '../../internal/freed_if_thrown.js';
import { loadStateDict } from '../../io/pytorch/load_state_dict.js';
import { emptyInception } from '../../models/inception_v3.js';
import { bytesOf, readStateDict } from '../weights_file.js';
import type { WeightsFile } from '../weights_file.js';
import type { InceptionName } from './score_names.js';

/** The SHA-256 of the file that pytorch-fid and torch-fidelity publish. */
const PUBLISHED = '6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2';

/** Builds the network with the weights of a file, and finds its name. */
export async function readInception(
  where: string,
  weights: WeightsFile,
): Promise<{ network: LayersModel; name: InceptionName }> {
  const bytes = await bytesOf(where, 'weights', weights);
  const name = (await sha256(bytes)) === PUBLISHED ? 'inception-v3-2015' : 'inception-v3';
  const stateDict = await readStateDict(bytes);
  return allOrNothing(() => {
    const network = emptyInception();
    loadStateDict({ model: network, stateDict, architecture: 'inception' });
    return { network, name };
  });
}

/** Computes the SHA-256 in hexadecimal digits; undefined if there is none, as on insecure pages in browsers. */
async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string | undefined> {
  const digest = await globalThis.crypto?.subtle?.digest('SHA-256', bytes);
  if (digest === undefined) return undefined;
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
