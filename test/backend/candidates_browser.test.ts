import { expect, test } from 'vitest';
import { browserCandidates } from '../../src/backend/candidates_browser.js';
import { chooseBackend } from '../../src/backend/choose_backend.js';
import { useBackend } from '../helpers/backends.js';

test('the candidates of browsers come down to wasm, with their reasons', async () => {
  await useBackend('cpu');
  const { name, skipped } = await chooseBackend(
    browserCandidates((specifier) =>
      Promise.reject(new TypeError(`Failed to resolve module specifier '${specifier}'`)),
    ),
  );
  expect(name).toBe('wasm');
  expect(skipped).toEqual([
    {
      name: 'webgpu',
      reason: 'no navigator.gpu: too old a browser, or a page that is not a secure context',
    },
    {
      name: 'webgl',
      reason: 'no WebGL: no driver, or it is blocked',
    },
    { name: 'cpu', reason: 'wasm comes first' },
  ]);
});
