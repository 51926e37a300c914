import { registerBackend, removeBackend } from '@tensorflow/tfjs-core';
import { describe, expect, test, vi } from 'vitest';
import { firstLine, importBackend, importFailure } from '../../src/backend/import_backend.js';

const failure = (message: string, code?: string): Error =>
  Object.assign(new Error(message), code === undefined ? {} : { code });

describe('importFailure', () => {
  const reason = (error: unknown) => importFailure('@tensorflow/tfjs-node', 'tensorflow', error);

  test('says that a package is not installed', () => {
    expect(
      reason(
        failure(
          "Cannot find package '@tensorflow/tfjs-node' imported from /app/index.js",
          'ERR_MODULE_NOT_FOUND',
        ),
      ),
    ).toBe('not installed. Run: npm install @tensorflow/tfjs-node');
  });

  test('does not say so when another package is missing', () => {
    expect(
      reason(
        failure(
          "Cannot find module '@mapbox/node-pre-gyp'\nRequire stack:\n- x",
          'MODULE_NOT_FOUND',
        ),
      ),
    ).toBe("threw while loading: Cannot find module '@mapbox/node-pre-gyp'");
  });

  test('explains a native addon that was never downloaded', () => {
    expect(
      reason(
        failure(
          'The Node.js native addon module (tfjs_binding.node) can not be found at path: ' +
            "/app/lib/napi-v8/tfjs_binding.node. \nPlease run command 'npm rebuild'",
        ),
      ),
    ).toBe(
      'installed without its native addon. ' +
        'Run: npm install-scripts approve @tensorflow/tfjs-node (npm 12), ' +
        'or npm rebuild @tensorflow/tfjs-node --build-addon-from-source',
    );
  });

  test.each([
    "Failed to resolve module specifier '@tensorflow/tfjs-node'",
    'The specifier “@tensorflow/tfjs-node” was a bare specifier, but was not remapped to anything.',
    "Module name, '@tensorflow/tfjs-node' does not resolve to a valid URL.",
  ])('explains what browsers say: %s', (message) => {
    expect(reason(new TypeError(message))).toBe(
      "not part of this program. Import '@tensorflow/tfjs-node' before the call, or pass " +
        "modules: { tensorflow: () => import('@tensorflow/tfjs-node') }",
    );
  });

  test('repeats the first line of anything else', () => {
    expect(reason(failure('libcudart.so.11.0: cannot open\nat x', 'ERR_DLOPEN_FAILED'))).toBe(
      'threw while loading: libcudart.so.11.0: cannot open',
    );
  });
});

test('firstLine reads errors, plain objects and whatever else is thrown', () => {
  expect(firstLine(new Error('one\ntwo'))).toBe('one');
  expect(firstLine({ message: ' one ' })).toBe('one');
  expect(firstLine('one')).toBe('one');
  expect(firstLine(undefined)).toBe('undefined');
});

describe('importBackend', () => {
  const candidate = { name: 'webgl', backend: 'fakeImport', packageName: 'a-package' } as const;

  test('asks for the package, or calls the importer of the program', async () => {
    const importModule = vi.fn(async (specifier: string) => ({ specifier }));
    expect(await importBackend(candidate, {}, importModule)).toEqual({ specifier: 'a-package' });
    const given = { given: true };
    const modules = { webgl: async () => given };
    expect(await importBackend(candidate, { modules }, importModule)).toBe(given);
    expect(importModule).toHaveBeenCalledTimes(1);
  });

  test('leaves a backend alone that the program registered', async () => {
    registerBackend('fakeByProgram', () => {
      throw new Error('not started here');
    });
    const importModule = vi.fn();
    const known = { ...candidate, backend: 'fakeByProgram' };
    expect(await importBackend(known, {}, importModule)).toBeUndefined();
    expect(importModule).not.toHaveBeenCalled();
    removeBackend('fakeByProgram');
  });

  test('turns a failure into the reason, with the error as its cause', async () => {
    const error = new Error('boom');
    await expect(importBackend(candidate, {}, () => Promise.reject(error))).rejects.toMatchObject({
      message: 'threw while loading: boom',
      cause: error,
    });
  });
});
