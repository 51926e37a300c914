import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memory } from '@tensorflow/tfjs-core';
import { isGanKitError } from 'gan-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isTensor } from '../../src/internal/check.js';
import { useBackend } from '../helpers/backends.js';
import { calls } from './calls.js';
import type { Call } from './calls.js';
import { wrongCalls, wrongValues } from './wrong_arguments.js';

const home = process.cwd();
let folder = '';
let table = new Map<string, Call>();

beforeAll(async () => {
  await useBackend('wasm');
  folder = mkdtempSync(join(tmpdir(), 'gan-kit-refusals-'));
  process.chdir(folder);
  table = await calls();
});
afterAll(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true });
});

/** What these return belongs to what they were given. */
const BORROWED = ['namedWeights', 'featureExtractor'];

/** Gives back the tensors of a result that a caller owns. */
function free(result: unknown, depth = 0): void {
  if (result === null || typeof result !== 'object' || depth > 2) return;
  if (isTensor(result)) result.dispose();
  else if ('dispose' in result && typeof result.dispose === 'function')
    try {
      result.dispose();
    } catch {
      // a layer that was never built
    }
  else if (!ArrayBuffer.isView(result))
    for (const part of Object.values(result)) free(part, depth + 1);
}

/** What a call threw that it should not have, and the tensors that it left behind. */
async function faultsOf(name: string, { fn, args }: Call): Promise<string[]> {
  const wrong = wrongValues();
  const faults: string[] = [];
  for (const { label, args: bad } of wrongCalls(args, wrong)) {
    const before = memory().numTensors;
    try {
      const result = await fn(...(bad as never[]));
      if (!BORROWED.includes(name)) free(result);
    } catch (error) {
      if (!isGanKitError(error))
        faults.push(
          `${label}: ${String(error).slice(0, 120)} @ ${/src\/[\w/.]+:\d+/.exec((error as Error).stack ?? '')?.[0]}`,
        );
    }
    const left = memory().numTensors - before;
    if (left !== 0) faults.push(`${label}: ${left} tensors`);
  }
  for (const value of wrong.values()) if (isTensor(value) && !value.isDisposed) value.dispose();
  return faults;
}

describe('bad arguments', () => {
  it('x', async () => {
    for (const [name, call] of table) {
      try {
        const r = await call.fn(...(call.args as never[]));
        if (!BORROWED.includes(name)) free(r);
      } catch (e) {
        console.log('VALID CALL FAILS', name, String(e).slice(0, 300));
      }
      const t = performance.now();
      const f = await faultsOf(name, call);
      console.log(
        name,
        f.length,
        (performance.now() - t).toFixed(0) + 'ms',
        f
          .map((x) => '\n    ' + x)
          .slice(0, 60)
          .join(''),
      );
    }
  }, 1000000);
});
void expect;
