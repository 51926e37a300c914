import { expect, it } from 'vitest';
import { sources } from './sources.js';

const MOST = 300;

/** Written by `npm run assembly`, a program in base64. */
const GENERATED = /_binary\.ts$/;

it(`no file of src is longer than ${MOST} lines`, () => {
  const lengths = [...sources('src').values()]
    .filter(({ path }) => !GENERATED.test(path))
    .map(({ path, text }) => ({ path, lines: text.trimEnd().split('\n').length }));
  expect(lengths.length).toBeGreaterThan(300);
  expect(lengths.filter(({ lines }) => lines > MOST)).toEqual([]);
});
