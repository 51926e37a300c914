import { ADVERSARIAL_LOSSES } from 'gan-kit/losses';
import type { AdversarialLossName } from 'gan-kit/losses';
import { readCommandLine } from '../command_line.js';
import { PENALTIES, SYSTEMS } from './recipe.js';
import type { Norm, PenaltyName, System } from './recipe.js';

/** The options of the example. */
export interface Options {
  loss: AdversarialLossName;
  norm: Norm;
  penalty: PenaltyName;
  /** Number of generator steps. */
  steps: number;
  batch: number;
  seed: number;
  out: string;
  backend: string | undefined;
  /** Number of threads of wasm; undefined for loadBackend's choice. */
  threads: number | undefined;
  /** The checkpoint to go on from, or its folder; true for that of `out`, false to begin. */
  resume: boolean | string;
  /** Number of training images, the first ones. */
  images: number;
}

const NORMS: Norm[] = ['none', 'batch', 'spectral'];

const PENALTY_NAMES = Object.keys(PENALTIES) as PenaltyName[];

const ALL = 60_000;

const HELP = `Trains a GAN on the 60,000 images of MNIST and writes a report.

  npm run demo -- [options]

  --system NAME    ${Object.keys(SYSTEMS).join(' | ')} (default sn-dcgan): a loss, a normalization and a penalty
  --loss NAME      ${ADVERSARIAL_LOSSES.join(' | ')}
  --norm NAME      ${NORMS.join(' | ')}: the discriminator's normalization
  --penalty NAME   ${PENALTY_NAMES.join(' | ')}: what the discriminator's loss is joined by
  --steps N        generator steps (default 6000); learning rates fall to 0 over the second half
  --batch N        images in a batch (default 24)
  --seed N         every random choice follows from it (default 0)
  --out FOLDER     where pictures, checkpoint and report go (default runs/SYSTEM)
  --backend NAME   wasm, cpu, webgpu, tensorflow … (default: the fastest that works)
  --threads N      of wasm, 1 to 8 (default: as many as there are processors)
  --images N       trains on the first N images (default 60000)
  --resume         goes on from the checkpoint in --out, to the last bit as if never stopped;
                   --resume FILE: from that checkpoint or the one in that folder, also of the site's page Digits
`;

/** Reads the command line; ends the program with a message if it is invalid. */
export function readOptions(args: string[]): Options {
  const text = { type: 'string' } as const;
  const { rest, place } = takePlace(args);
  const { values, stop, word, whole } = readCommandLine(rest, HELP, {
    system: { ...text, default: 'sn-dcgan' },
    loss: text,
    norm: text,
    penalty: text,
    steps: { ...text, default: '6000' },
    batch: { ...text, default: '24' },
    seed: { ...text, default: '0' },
    out: text,
    backend: text,
    threads: text,
    images: { ...text, default: String(ALL) },
    resume: { type: 'boolean', default: false },
  });
  const system = SYSTEMS[word('system', values.system, Object.keys(SYSTEMS))]!;
  const loss = word('loss', values.loss ?? system.loss, ADVERSARIAL_LOSSES);
  const norm = word('norm', values.norm ?? system.norm, NORMS);
  const penalty = word('penalty', values.penalty ?? system.penalty, PENALTY_NAMES);
  if (penalty !== 'none' && norm === 'batch')
    stop(
      `--penalty ${penalty} needs --norm none or spectral: batch normalization couples samples.`,
    );
  const batch = whole('batch', values.batch, 2);
  const images = whole('images', values.images, batch);
  if (images > ALL) stop(`--images must be at most ${ALL}. Received: ${images}.`);
  return {
    loss,
    norm,
    penalty,
    steps: whole('steps', values.steps, 1),
    batch,
    images,
    seed: whole('seed', values.seed, 0),
    out: values.out ?? `runs/${systemName({ loss, norm, penalty })}`,
    backend: values.backend,
    threads: values.threads === undefined ? undefined : whole('threads', values.threads, 1),
    resume: values.resume && (place ?? true),
  };
}

/** Takes what may stand behind `--resume` out of a command line. */
function takePlace(args: readonly string[]): { rest: string[]; place: string | undefined } {
  const at = args.indexOf('--resume') + 1;
  const next = at === 0 ? undefined : args[at];
  const place = next === undefined || next.startsWith('--') ? undefined : next;
  return { rest: args.filter((_, i) => place === undefined || i !== at), place };
}

/** Returns the name of a system in the literature, or the names of its parts. */
export function systemName({ loss, norm, penalty }: System): string {
  const known = Object.entries(SYSTEMS).find(
    ([, system]) => system.loss === loss && system.norm === norm && system.penalty === penalty,
  );
  return known?.[0] ?? [loss, norm, ...(penalty === 'none' ? [] : [penalty])].join('-');
}
