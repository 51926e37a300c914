import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { IMAGES, bytesOf } from '../io/images/image_fixture.js';
import { run } from './installation.js';

/** What `programs/in_node.js` prints. */
export interface NodeRun {
  readonly backend: string;
  readonly device: string;
  readonly jpeg: string;
  readonly png: string;
  readonly written: boolean;
  readonly losses: readonly (readonly [number, number])[];
  readonly resumed: boolean;
  readonly report: string;
}

const PICTURES = {
  jpeg: ['4:2:0', '4:2:2', '4:4:4', 'progressive'],
  png: ['all filters', 'interlaced', 'palette 4', 'palette 8', 'rgb 16'],
} as const;
type Kind = keyof typeof PICTURES;

/** Pictures of each kind, and the digest of the pixels that PIL reads of them. */
function writePictures(folder: string, kind: Kind): string {
  mkdirSync(join(folder, kind), { recursive: true });
  const hash = createHash('sha256');
  PICTURES[kind].forEach((name, i) => {
    const { file, rgb } = IMAGES.files[kind][name]!;
    writeFileSync(join(folder, kind, `${i}.${kind}`), bytesOf(file));
    hash.update(bytesOf(rgb));
  });
  return hash.digest('hex');
}

/** Runs the program, or a bundle of it, and checks all but its losses and its report. */
export function runInNode(folder: string, command: readonly string[]): NodeRun {
  const data = join(folder, 'data');
  const jpeg = writePictures(data, 'jpeg');
  const png = writePictures(data, 'png');
  const [file, ...args] = command;
  const result = JSON.parse(run(folder, file!, ...args, data)) as NodeRun;
  expect(result).toMatchObject({
    ...{ backend: 'wasm', device: 'WebAssembly SIMD, 2 threads' },
    ...{ jpeg, png, written: true, resumed: true },
  });
  return result;
}
