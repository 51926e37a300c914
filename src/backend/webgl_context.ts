import { isSoftwareName } from './software.js';

/** The part of a WebGL context that names the driver and frees the context. */
export interface WebGLContext {
  readonly RENDERER: number;
  getExtension(name: 'WEBGL_debug_renderer_info'): { UNMASKED_RENDERER_WEBGL: number } | null;
  getExtension(name: 'WEBGL_lose_context'): { loseContext(): void } | null;
  getParameter(name: number): string | null;
}
interface Canvas {
  getContext(kind: string, attributes: object): WebGLContext | null;
}
interface Host {
  readonly OffscreenCanvas?: new (width: number, height: number) => Canvas;
  readonly document?: { createElement?(name: 'canvas'): Canvas };
}

/** The device of WebGL. */
export interface WebGLDevice {
  readonly renderer: string;
  readonly isSoftware: boolean;
}
export type OpenWebGL = () => WebGLDevice | null;

/** Examines WebGL through a temporary context; returns null without one. */
export const openWebGL: OpenWebGL = () => {
  const swift = context({ failIfMajorPerformanceCaveat: true });
  const gl = swift ?? context({});
  if (gl === null) return null;
  const renderer = rendererOf(gl);
  gl.getExtension('WEBGL_lose_context')?.loseContext(); // browsers allow only a few
  return { renderer, isSoftware: swift === null || isSoftwareName(renderer) };
};

/** Returns the name of the driver. */
export function rendererOf(gl: WebGLContext): string {
  const names = gl.getExtension('WEBGL_debug_renderer_info');
  return gl.getParameter(names?.UNMASKED_RENDERER_WEBGL ?? gl.RENDERER) ?? 'WebGL';
}

function context(attributes: object): WebGLContext | null {
  const { OffscreenCanvas, document } = globalThis as Host;
  const canvas = OffscreenCanvas ? new OffscreenCanvas(1, 1) : document?.createElement?.('canvas');
  return (
    canvas?.getContext('webgl2', attributes) ?? canvas?.getContext('webgl', attributes) ?? null
  );
}
