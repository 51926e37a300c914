import { expect, it } from 'vitest';
import { sources } from './sources.js';

const MOST = 300;

/** Written by `npm run assembly`, a program in base64. */
const GENERATED = /_binary\.ts$/;

/** To be split: 310 lines when this test was written. */
const STILL_LONGER = ['src/training/systems/cycle_gan.ts'];

it(`no file of src is longer than ${MOST} lines`, () => {
  const lengths = [...sources('src').values()]
    .filter(({ path }) => !GENERATED.test(path) && !STILL_LONGER.includes(path))
    .map(({ path, text }) => ({ path, lines: text.trimEnd().split('\n').length }));
  expect(lengths.length).toBeGreaterThan(300);
  expect(lengths.filter(({ lines }) => lines > MOST)).toEqual([]);
});
