import { engine, grad, memory, scalar, square, tidy } from '@tensorflow/tfjs-core';
import { isGanKitError } from 'gan-kit';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { masksAreFrozen } from '../../src/layers/modes/frozen_masks.js';
import { statisticsAreFrozen } from '../../src/layers/modes/frozen_statistics.js';
import { powerIterationIsFrozen } from '../../src/layers/modes/power_iteration_mode.js';
import { FASTEST, useBackend } from '../helpers/backends.js';
import { Thrower } from './thrower.js';
import { CASES } from './thrown_calls.js';

const home = process.cwd();
const folder = mkdtempSync(join(tmpdir(), 'gan-kit-thrown-'));

afterAll(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true });
});

/** What a call must leave as it was: tensors, scopes, the tape, modes. */
function surroundings() {
  const { gradientDepth, kernelDepth, scopeStack } = engine().state;
  return {
    tensors: memory().numTensors,
    ...{ gradientDepth, kernelDepth, scopes: scopeStack.length },
    modes: [masksAreFrozen(), statisticsAreFrozen(), powerIterationIsFrozen()],
  };
}

/** The error itself, or the one it is the cause of. */
const isOf = (error: unknown, mine: Error) =>
  error === mine || (isGanKitError(error) && error.cause === mine);

/** No case calls what throws more often than this. */
const MOST = 60;

// the engine counts the tensors, whatever the backend
describe.each([FASTEST])(
  'on %s, an error of a user’s passes through and leaves no trace:',
  (backend) => {
    beforeAll(async () => {
      await useBackend(backend);
      process.chdir(folder);
      writeFileSync(
        'extractor.mjs',
        'export default (images) => globalThis.fragileExtractor(images);',
      );
    });

    // before the first use that goes well, and after it
    describe.each([
      ['at first', false],
      ['later', true],
    ])('%s,', (_, isWarm) => {
      it.each(Object.keys(CASES))('%s', async (name) => {
        const thrower = new Thrower();
        const { run, state = async () => undefined, reports = false } = await CASES[name]!(thrower);
        if (isWarm) await run();
        let at = 1;
        for (; at <= MOST; at++) {
          const before = { around: surroundings(), state: await state() };
          thrower.arm(at);
          const thrown = await Promise.resolve()
            .then(run)
            .then(
              () => undefined,
              (error: unknown) => error as Error,
            );
          const { threw } = thrower;
          thrower.arm(Infinity);
          if (!threw) break;
          if (!reports)
            expect(isOf(thrown, thrower.error), `call ${at}: ${String(thrown?.stack)}`).toBe(true);
          expect({ around: surroundings(), state: await state() }, `call ${at}`).toEqual(before);
          const slope = tidy(() => grad((x) => square(x))(scalar(3)).dataSync()[0]);
          expect(slope).toBe(6);
        }
        expect(at).toBeGreaterThan(1);
        await run();
      });
    });
  },
);
