import type { StateArray } from 'gan-kit';
import { decodeSafetensors, readPth } from 'gan-kit/io';
import { startBackend } from '../backend/start_backend.js';
import { loadOurs } from './load_ours.js';
import type { Order, Report } from './messages.js';
import type { Name } from './settings.js';
import { Translator } from './translator.js';

const post = (report: Report, transfer: Transferable[] = []): void =>
  self.postMessage(report, { transfer });

const translators = new Map<Name, Translator>();

async function translatorOf(name: Name): Promise<Translator> {
  const ready = translators.get(name);
  if (ready !== undefined) return ready;
  if (name === 'file') throw new Error('No file has been read.');
  const loaded = await loadOurs(name);
  translators.set(name, loaded);
  return loaded;
}

async function stateDictOf(file: File): Promise<Readonly<Record<string, StateArray>>> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  return file.name.endsWith('.safetensors') ? decodeSafetensors(bytes).tensors : readPth(bytes);
}

async function carryOut(order: Order): Promise<void> {
  switch (order.kind) {
    case 'open':
      return post({ kind: 'backend', backend: await startBackend(order.backend) });
    case 'read': {
      const stateDict = await stateDictOf(order.file);
      const read = Translator.from(stateDict, order.ignoreStatistics);
      translators.get('file')?.dispose();
      translators.set('file', read);
      const { network } = read;
      const isPublished = network.architecture === 'unet' && network.normalization === 'batch';
      const mode = isPublished ? 'of the picture' : 'of training';
      return post({ kind: 'network', network, mode });
    }
    case 'translate': {
      const { name, mode } = order;
      const translator = await translatorOf(name);
      const began = performance.now();
      const picture = await translator.translate(order.picture, mode);
      const took = performance.now() - began;
      post({ kind: 'made', name, picture, took }, [picture.values.buffer]);
    }
  }
}

/** Orders are carried out one after another. */
let last: Promise<void> = Promise.resolve();

self.onmessage = ({ data: order }: MessageEvent<Order>) => {
  last = last
    .then(() => carryOut(order))
    .catch((error: unknown) =>
      post({
        kind: 'error',
        of: order.kind,
        message: error instanceof Error ? error.message : String(error),
      }),
    );
};
