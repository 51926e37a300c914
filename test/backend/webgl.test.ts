import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import { env, setBackend } from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { chooseBackend } from '../../src/backend/choose_backend.js';
import { openWebGL } from '../../src/backend/webgl_context.js';
import type { WebGLDevice } from '../../src/backend/webgl_context.js';
import { webgl } from '../../src/backend/webgl.js';
import { quietBackend, registerFake, removeFakes } from './fake_candidate.js';

const HARDWARE = 'ANGLE (NVIDIA, NVIDIA GeForce RTX 3060 Direct3D11 vs_5_0 ps_5_0, D3D11)';
const SOFTWARE = 'ANGLE (Google, Vulkan 1.3.0 (SwiftShader Device (Subzero) (0x0000C0DE)))';

/** A context as far as it is asked. */
const contextOf = (renderer: string, masked = false) => ({
  RENDERER: 7937,
  loseContext: vi.fn(),
  getExtension(name: string) {
    if (name === 'WEBGL_lose_context') return this;
    return masked ? null : { UNMASKED_RENDERER_WEBGL: 37446 };
  },
  getParameter: (name: number) =>
    ({ 7937: masked ? renderer : 'WebKit WebGL', 37446: renderer })[name],
});

class FakeWebGL extends MathBackendCPU {
  readonly gpgpu = { gl: contextOf(SOFTWARE) };
}
const importModule = vi.fn(async (): Promise<unknown> => {
  env().registerFlag('SOFTWARE_WEBGL_ENABLED', () => false); // as tfjs's module does
  registerFake('webgl', () => quietBackend(new FakeWebGL()));
  return {};
});

afterEach(async () => {
  removeFakes();
  importModule.mockClear();
  vi.unstubAllGlobals();
  await setBackend('cpu');
});

const prefer = ['webgl'] as const;
const on = (device: WebGLDevice | null) => [webgl(() => device, importModule)];

describe('the webgl candidate', () => {
  test('runs on a GPU and names it', async () => {
    const device = { renderer: HARDWARE, isSoftware: false };
    expect((await chooseBackend(on(device))).name).toBe('webgl');
    expect(env().getBool('SOFTWARE_WEBGL_ENABLED')).toBe(false);
  });

  test.each<[string, WebGLDevice | null, string]>([
    ['there is none', null, 'no WebGL: no driver, or it is blocked'],
    [
      'processors draw',
      { renderer: SOFTWARE, isSoftware: true },
      `only a software renderer (${SOFTWARE}), slower than wasm. Pass softwareWebGL: true to use it`,
    ],
  ])('is skipped where %s, and nothing is imported', async (_, device, reason) => {
    await expect(chooseBackend(on(device), { prefer })).rejects.toThrow(`- webgl: ${reason}`);
    expect(importModule).not.toHaveBeenCalled();
  });

  test('accepts a software renderer when asked, and has tfjs accept it', async () => {
    const device = { renderer: SOFTWARE, isSoftware: true };
    const result = await chooseBackend(on(device), { softwareWebGL: true });
    expect(result).toEqual({ name: 'webgl', device: SOFTWARE, skipped: [] });
    expect(env().getBool('SOFTWARE_WEBGL_ENABLED')).toBe(true);
  });

  test('says how to import the module where it is not part of the program', async () => {
    const candidate = webgl(
      () => ({ renderer: HARDWARE, isSoftware: false }),
      () => Promise.reject(new TypeError("Failed to resolve module specifier 'x'")),
    );
    await expect(chooseBackend([candidate], { prefer })).rejects.toThrow(
      "not part of this program. Import '@tensorflow/tfjs-backend-webgl' before the call, or pass " +
        "modules: { webgl: () => import('@tensorflow/tfjs-backend-webgl') }",
    );
  });
});

describe('openWebGL', () => {
  /** Gives the host canvases of a kind, of contexts that may be slow. */
  function stub(
    canvas: 'OffscreenCanvas' | 'document',
    kind: string,
    renderer: string,
    caveat: boolean,
  ) {
    const context = contextOf(renderer, canvas === 'document');
    const getContext = (asked: string, options: { failIfMajorPerformanceCaveat?: boolean }) =>
      asked === kind && !(caveat && options.failIfMajorPerformanceCaveat) ? context : null;
    if (canvas === 'document') vi.stubGlobal('document', { createElement: () => ({ getContext }) });
    else
      vi.stubGlobal(
        'OffscreenCanvas',
        class {
          getContext = getContext;
        },
      );
    return context;
  }

  test.each<['OffscreenCanvas' | 'document', string, string, boolean, boolean]>([
    ['OffscreenCanvas', 'webgl2', HARDWARE, false, false],
    ['OffscreenCanvas', 'webgl2', SOFTWARE, false, true],
    ['OffscreenCanvas', 'webgl', 'some driver', true, true],
    ['document', 'webgl2', 'llvmpipe, or similar', false, true],
    ['document', 'webgl', 'Apple GPU', false, false],
  ])('%s, %s of %s, slow: %s: software is %s', (canvas, kind, renderer, caveat, isSoftware) => {
    const context = stub(canvas, kind, renderer, caveat);
    expect(openWebGL()).toEqual({ renderer, isSoftware });
    expect(context.loseContext).toHaveBeenCalledTimes(1);
  });

  test.each([undefined, {}])('a host with the document %j has none', (document) => {
    vi.stubGlobal('document', document);
    expect(openWebGL()).toBeNull();
  });
});
