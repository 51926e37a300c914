import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tensor } from '@tensorflow/tfjs-core';
import { isGanKitError } from 'gan-kit';
import { afterAll, expect, it } from 'vitest';
import { isTensor } from '../../src/internal/check.js';
import { useBackend } from '../helpers/backends.js';
import { calls } from './calls.js';
import type { Call } from './calls.js';
import { run } from './faults.js';

await useBackend('wasm');
const home = process.cwd();
const folder = mkdtempSync(join(tmpdir(), 'gan-kit-texts-'));
process.chdir(folder);
const table = await calls();

afterAll(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true });
});

type Plain = Readonly<Record<string, unknown>>;

const isPlain = (value: unknown): value is Plain =>
  typeof value === 'object' &&
  value !== null &&
  !isTensor(value) &&
  Object.getPrototypeOf(value) === Object.prototype;

/** One fault in one place: the values are tried until one is refused. */
interface Fault {
  readonly place: string;
  readonly tries: readonly (readonly [label: string, value: unknown])[];
}

/** A wrong type, a number out of range and an unknown key, at a value and at its keys. */
function* faultsAt(value: unknown, place: string, depth = 0): Generator<Fault> {
  const text = typeof value === 'string' ? (['7', 7] as const) : (['"text"', 'text'] as const);
  yield { place, tries: [text] };
  if (typeof value === 'number')
    yield { place, tries: [['-1', -1], ['0.5', 0.5], ['1e9', 1e9], ['NaN', NaN]] }; // prettier-ignore
  if (isTensor(value)) yield { place, tries: [['tensor [1,1,1,1,2]', tensor([[[[[1, 2]]]]])]] };
  if (!isPlain(value) || depth === 2) return;
  yield { place, tries: [['with unheardOf', { ...value, unheardOf: 1 }]] };
  for (const [key, inner] of Object.entries(value))
    for (const { place: at, tries } of faultsAt(inner, `${place}.${key}`, depth + 1))
      yield { place: at, tries: tries.map(([label, one]) => [label, { ...value, [key]: one }]) };
}

/** The text of the first refusal, with what was tried. */
async function refusalOf(name: string, call: Call, i: number, fault: Fault): Promise<string[]> {
  for (const [label, value] of fault.tries)
    try {
      await run(
        name,
        call,
        call.args.map((arg, at) => (at === i ? value : arg)),
      );
    } catch (error) {
      if (!isGanKitError(error)) throw error;
      return [`${fault.place} ${label}\n    ${error.message.replaceAll('\n', '\n    ')}`];
    }
  return [];
}

it('every function says of each parameter what it must be, in these words', async () => {
  const lines: string[] = [];
  for (const [name, call] of table) {
    lines.push(`${name}`);
    for (const [i, arg] of call.args.entries())
      for (const fault of faultsAt(arg, `  #${i}`))
        lines.push(...(await refusalOf(name, call, i, fault)));
  }
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('error_texts.txt');
});
