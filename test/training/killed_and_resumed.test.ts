import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { BACKENDS } from '../helpers/backends.js';

const PROGRAM = fileURLToPath(new URL('./train_until_killed.ts', import.meta.url));
const KILLS = 20;
/** No kill before this step. */
const FIRST = 300;
const STEPS = 420;

/** Runs the program, and kills it so many milliseconds after it has made `after` steps, if at all. */
function train(
  backend: string,
  file: string,
  killed?: { after: number; wait: number },
): Promise<{ code: number | null; step: number }> {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', PROGRAM, backend, file, String(STEPS)],
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

describe.each(BACKENDS)('training on %s', (backend) => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gan-kit-killed-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it(
    `killed ${KILLS} times past step ${FIRST} and resumed has the bits of a run that never stopped`,
    { timeout: 300_000 },
    async () => {
      const [whole, broken] = [join(folder, 'whole'), join(folder, 'broken')];
      const uninterrupted = train(backend, whole);
      const waits = new RandomStream(7, 'kills').uniformValues(KILLS, 0, 60);
      let kills = 0;
      let reached = FIRST;
      for (const wait of waits) {
        const { code, step } = await train(backend, broken, { after: reached, wait });
        if (code === 0) break; // it was done before the signal came
        kills++;
        expect(step).toBeGreaterThan(FIRST);
        reached = Math.max(FIRST, step - 5);
      }
      expect(kills).toBe(KILLS);
      expect((await train(backend, broken)).code).toBe(0);
      expect((await uninterrupted).code).toBe(0);
      expect(await readFile(broken)).toEqual(await readFile(whole));
    },
  );
});
