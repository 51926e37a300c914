import { expect, test } from 'vitest';
import { printedAfterLoad } from '../helpers/program.js';

test('loadBackend and an op on webgpu print nothing', async () => {
  expect(await printedAfterLoad('webgpu')).toEqual({ code: 0, stdout: '', stderr: '' });
});
