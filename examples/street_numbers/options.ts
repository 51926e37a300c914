import { readCommandLine } from '../command_line.js';
import { VARIANTS } from './recipe.js';
import type { Variant } from './recipe.js';

/** The options of the example. */
export interface Options {
  variant: Variant;
  /** Number of generator steps. */
  steps: number;
  batch: number;
  seed: number;
  /** Number of training images of each domain. */
  images: number;
  out: string;
  backend: string | undefined;
  /** Number of threads of wasm; undefined for loadBackend's choice. */
  threads: number | undefined;
  resume: boolean;
}

const HELP = `Trains a CycleGAN between MNIST digits and street numbers made of them, and writes a report.

  npm run street-numbers -- [options]

  --variant NAME   ${VARIANTS.join(' | ')} (default cyclegan)
  --steps N        generator steps (default 1500); learning rates fall to 0 over the second half
  --batch N        images of each domain in a batch (default 8)
  --seed N         every random choice follows from it (default 0)
  --images N       training images of each domain, to 30000 (default 10000)
  --out FOLDER     where pictures, checkpoint and report go (default runs/street-VARIANT)
  --backend NAME   wasm, cpu, webgpu, tensorflow … (default: the fastest that works)
  --threads N      of wasm, 1 to 8 (default: as many as there are processors)
  --resume         goes on from the checkpoint in --out, to the last bit as if never stopped
`;

/** Reads the command line; ends the program with a message if it is invalid. */
export function readOptions(args: string[]): Options {
  const text = { type: 'string' } as const;
  const { values, stop, word, whole } = readCommandLine(args, HELP, {
    variant: { ...text, default: 'cyclegan' },
    steps: { ...text, default: '1500' },
    batch: { ...text, default: '8' },
    seed: { ...text, default: '0' },
    images: { ...text, default: '10000' },
    out: text,
    backend: text,
    threads: text,
    resume: { type: 'boolean', default: false },
  });
  const variant = word('variant', values.variant, VARIANTS);
  const batch = whole('batch', values.batch, 1);
  const images = whole('images', values.images, 1);
  if (images > 30_000) stop(`--images must be at most 30000. Received: ${images}.`);
  if (images < batch) stop(`--images must be at least --batch, ${batch}. Received: ${images}.`);
  return {
    variant,
    steps: whole('steps', values.steps, 1),
    batch,
    seed: whole('seed', values.seed, 0),
    images,
    out: values.out ?? `runs/street-${variant}`,
    backend: values.backend,
    threads: values.threads === undefined ? undefined : whole('threads', values.threads, 1),
    resume: values.resume,
  };
}
