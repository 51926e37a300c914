import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, resolve } from 'node:path';
import type { TestProject } from 'vitest/node';
import { ISOLATION } from '../../site/.vitepress/isolation.js';
import { buildLibrary, run } from '../package/installation.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the built site is served. */
    site: string;
  }
}

const ROOT = resolve(import.meta.dirname, '../..');

/** The folder of the built site. */
export const BUILT = resolve(ROOT, 'site/.vitepress/dist');

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.bin': 'application/octet-stream',
  '.npz': 'application/octet-stream',
  '.safetensors': 'application/octet-stream',
};

/** The file that a static host serves for an address: `/guide/` and `/guide/results` are pages. */
export function fileOf(address: string): string {
  const path = decodeURIComponent(address.replace(/[?#].*/, ''));
  if (path.endsWith('/')) return `${path}index.html`;
  return extname(path) in TYPES ? path : `${path}.html`;
}

/** Builds the site once, and serves it to a browser; `SITE=built` takes the one that is there. */
export default async function setup(project: TestProject): Promise<() => void> {
  if (process.env['SITE'] !== 'built') {
    buildLibrary();
    run(ROOT, 'npm', 'run', 'site:build');
  }
  const server = createServer((request, response) => {
    const file = fileOf(request.url!);
    readFile(join(BUILT, file)).then(
      (body) =>
        response.writeHead(200, { 'Content-Type': TYPES[extname(file)], ...ISOLATION }).end(body),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  project.provide('site', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return () => {
    server.close();
    server.closeAllConnections();
  };
}
