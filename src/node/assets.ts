import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/*
 * Files of other packages. The build puts a file in the place of this one that holds what it reads here
 * (tsup.config.ts), so that a bundle for Node needs nothing beside it.
 */

const read = (id: string): Buffer => readFileSync(createRequire(import.meta.url).resolve(id));

/** libjpeg-turbo in WebAssembly. */
export const jpegTurbo = (): Uint8Array => read('@cwasm/jpeg-turbo/jpeg-turbo.wasm');

/** uPlot, which draws the curves of a report, as a script of a page. */
export const plotScript = (): string => read('uplot/dist/uPlot.iife.min.js').toString();

/** Its style sheet. */
export const plotStyle = (): string => read('uplot/dist/uPlot.min.css').toString();
