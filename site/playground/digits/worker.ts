import type { Scorer } from '../../../examples/mnist/scores.js';
import { startBackend } from '../backend/start_backend.js';
import { readCheckpoint, writeCheckpoint } from './checkpoint_store.js';
import { loadImages, loadScorer } from './load.js';
import type { Order, Place, Report } from './messages.js';
import { PageRun } from './page_run.js';
import type { Keeper } from './page_run.js';
import { settingsOf, START } from './settings.js';
import type { Settings } from './settings.js';
import { Trainer } from './trainer.js';
import type { Listener } from './trainer.js';

const post = (report: Report, transfer: Transferable[] = []): void =>
  self.postMessage(report, { transfer });

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

const fail = (error: unknown): void => post({ kind: 'error', message: messageOf(error) });

const channel = new MessageChannel();

const listener: Listener = {
  look: (look) => post({ kind: 'look', ...look }),
  digits: (picture) => post({ kind: 'digits', picture }),
  ended: () => post({ kind: 'ended' }),
  failed: fail,
  // timers would wait longer
  breath: () =>
    new Promise((resolve) => {
      channel.port1.onmessage = () => resolve();
      channel.port2.postMessage(undefined);
    }),
};

/** Training goes on where nothing can be kept; the page says so. */
const keeper: Keeper = {
  async keep(bytes, step) {
    const problem = await writeCheckpoint(bytes).then(() => undefined, messageOf);
    post({ kind: 'kept', step, problem });
  },
};

let scorer: Scorer;
let trainer: Trainer | undefined;
let place: Place = { seed: 0, across: 0, down: 0 };

/** Puts a run in the place of the one before, which stays if this one cannot be made. */
async function take(settings: Settings, bytes?: Uint8Array): Promise<Trainer> {
  post({ kind: 'loads', images: settings.images });
  const run = new PageRun(settings, await loadImages(settings.images), scorer, keeper);
  try {
    if (bytes !== undefined) await run.continueFrom(bytes);
  } catch (error) {
    run.gan.dispose();
    throw error;
  }
  await trainer?.dispose();
  trainer = new Trainer(run, place, listener);
  post({ kind: 'run', settings });
  await trainer.look();
  return trainer;
}

type Opening = Extract<Order, { kind: 'open' }>;

async function open({ backend, bytes, ...rest }: Opening): Promise<void> {
  place = rest.place;
  post({ kind: 'backend', backend: await startBackend(backend) });
  scorer = await loadScorer();
  const kept = bytes ?? (await readCheckpoint().catch(() => undefined));
  const next = await takeKept(kept);
  if (kept !== undefined && bytes === undefined)
    post({ kind: 'kept', step: next.run.step, problem: undefined });
  if (rest.running) next.start();
}

/** Goes on from a checkpoint; begins if there is none, or if it is one that this page cannot read any more. */
async function takeKept(kept: Uint8Array | undefined): Promise<Trainer> {
  if (kept === undefined) return take(START);
  try {
    return await take(settingsOf(kept), kept);
  } catch (error) {
    fail(error);
    return take(START);
  }
}

async function carryOut(order: Order): Promise<void> {
  if (order.kind === 'open') return open(order);
  if (order.kind === 'place') {
    place = order.place;
    return trainer?.moveTo(place);
  }
  if (trainer === undefined) return;
  switch (order.kind) {
    case 'run':
      return trainer.start();
    case 'keep':
      return trainer.keepSoon();
    case 'begin': {
      await trainer.pause();
      const next = await take(order.settings);
      await next.keep();
      if (order.running) next.start();
      return;
    }
    case 'upload': {
      await trainer.pause();
      const next = await take(settingsOf(order.bytes), order.bytes);
      return next.keep();
    }
    case 'download':
    case 'leave': {
      const { run, isRunning } = trainer;
      await trainer.pause();
      const bytes = await run.bytes();
      const kind = order.kind === 'leave' ? 'left' : 'download';
      post({ kind, bytes, step: run.step }, [bytes.buffer]);
      if (isRunning && kind === 'download') trainer.start();
      return;
    }
    default:
      await trainer.pause();
      if (order.kind === 'step') await trainer.step();
      await trainer.keep();
      await trainer.look();
  }
}

/** Orders are carried out one after another. */
let last: Promise<void> = Promise.resolve();

self.onmessage = ({ data: order }: MessageEvent<Order>) => {
  last = last.then(() => carryOut(order)).catch(fail);
};
