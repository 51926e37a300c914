import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/*
 * Files of other packages. The build replaces this module by one that contains their text and bytes
 * (tsup.config.ts), so that a bundle for Node needs no other files.
 */

const read = (id: string): Buffer => readFileSync(createRequire(import.meta.url).resolve(id));

/** Reads libjpeg-turbo, compiled to WebAssembly. */
export const jpegTurbo = (): Uint8Array => read('@cwasm/jpeg-turbo/jpeg-turbo.wasm');

/** Reads the script of uPlot, which draws the curves of a report. */
export const plotScript = (): string => read('uplot/dist/uPlot.iife.min.js').toString();

/** Reads the style sheet of uPlot. */
export const plotStyle = (): string => read('uplot/dist/uPlot.min.css').toString();
