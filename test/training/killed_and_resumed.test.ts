import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { FASTEST } from '../helpers/backends.js';

const PROGRAM = fileURLToPath(new URL('./train_until_killed.ts', import.meta.url));

/** How a system is killed. */
interface Killing {
  readonly kind: string;
  readonly kills: number;
  /** No kill before this step. */
  readonly first: number;
  /** All kills are before this step. */
  readonly last: number;
  readonly steps: number;
}

const KILLINGS: readonly Killing[] = [
  { kind: 'CycleGAN', kills: 20, first: 300, last: Infinity, steps: 420 },
  // between its steps 11 and 111 the second stage fades in
  { kind: 'ProgressiveGAN', kills: 6, first: 14, last: 111, steps: 125 },
];

/** Runs the program, and kills it so many milliseconds after it has made `after` steps, if at all. */
function train(
  backend: string,
  file: string,
  { kind, steps }: Killing,
  killed?: { after: number; wait: number },
): Promise<{ code: number | null; step: number }> {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', PROGRAM, backend, file, String(steps), kind],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let step = 0;
  let waiting = false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    step = Number(text.trim().split('\n').at(-1));
    if (killed === undefined || waiting || step <= killed.after) return;
    waiting = true;
    setTimeout(() => child.kill('SIGKILL'), killed.wait);
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, step })));
}

// a state is the same to the bit on each backend: systems.test.ts; the kills are about the files
describe('training', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gan-kit-killed-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each(KILLINGS)(
    '$kind, killed $kills times from step $first on and resumed has the bits of a run that never stopped',
    { timeout: 300_000 },
    async (killing) => {
      const { kind, kills, first, last } = killing;
      const [whole, broken] = ['whole', 'broken'].map((name) => join(folder, `${kind}_${name}`));
      const uninterrupted = train(FASTEST, whole!, killing);
      const waits = new RandomStream(7, 'kills').uniformValues(kills, 0, 60);
      let killed = 0;
      let reached = first;
      for (const wait of waits) {
        const { code, step } = await train(FASTEST, broken!, killing, { after: reached, wait });
        if (code === 0) break; // it was done before the signal came
        killed++;
        expect(step).toBeGreaterThan(first);
        expect(step).toBeLessThan(last);
        reached = Math.max(first, step - 5);
      }
      expect(killed).toBe(kills);
      expect((await train(FASTEST, broken!, killing)).code).toBe(0);
      expect((await uninterrupted).code).toBe(0);
      expect(await readFile(broken!)).toEqual(await readFile(whole!));
    },
  );
});
