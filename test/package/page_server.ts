import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { text } from 'node:stream/consumers';

/** What the program of a page posts. */
export interface PageResult {
  readonly isolated: boolean;
  readonly error?: string;
  readonly name?: string;
  readonly device?: string;
  readonly skipped?: readonly { readonly name: string; readonly reason: string }[];
  /** How long loadBackend took. */
  readonly seconds?: number;
  /** How many workers the thread of the program has started by then. */
  readonly workers?: number;
  /** How many of them have begun to work. */
  readonly begun?: number;
  /** How the engine multiplies and adds. */
  readonly sums?: 'fused' | 'plain';
  readonly losses?: readonly Record<string, number>[];
}

export interface PageServer {
  /** Where a browser starts. */
  readonly address: string;
  /** Sends the browser to a page and waits for what its program posts. */
  visit(page: string): Promise<PageResult>;
  stop(): void;
}

interface Answer {
  readonly type?: string;
  readonly body?: string | Buffer;
}

const PATIENCE = 90_000; // milliseconds, for a machine that does other things besides
const TYPES: Record<string, string> = { '.js': 'text/javascript', '.wasm': 'application/wasm' };
const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** Asks where to go five times a second, so that a browser is driven by no more than its first address. */
const PAGE = `<!doctype html><title>gan-kit</title><link rel="icon" href="data:," />
<script>
  const tell = (event) =>
    fetch('/trouble', { method: 'POST', body: String(event.reason?.stack ?? event.message) });
  addEventListener('error', tell);
  addEventListener('unhandledrejection', tell);
  setInterval(async () => {
    const next = await (await fetch('/next')).text();
    if (next !== location.pathname + location.search) location.href = next;
  }, 200);
</script>
`;
const PROGRAM = '<script type="module" src="page.js"></script>';

/**
 * Serves bundles to browsers: those below `/isolated/` cross-origin isolated, those below `/plain/` not; and
 * the binaries of tfjs below `/wasm/`.
 */
export async function servePages(bundles: string, binaries: string): Promise<PageServer> {
  let next = '/waiting';
  let settle: (result: PageResult) => void = () => undefined;
  const trouble: string[] = [];

  async function answer(request: IncomingMessage): Promise<Answer> {
    const path = request.url!.replace(/\?.*/, '');
    if (path === '/next') return { body: next };
    if (path === '/waiting') return { type: 'text/html', body: PAGE };
    if (path === '/trouble') trouble.push(await text(request));
    else if (path === '/result') settle(JSON.parse(await text(request)) as PageResult);
    else if (path.endsWith('/')) return { type: 'text/html', body: PAGE + PROGRAM };
    else {
      const [, kind, ...file] = path.split('/');
      const folder = kind === 'wasm' ? binaries : bundles;
      return { type: TYPES[extname(path)]!, body: await readFile(join(folder, ...file)) };
    }
    return {};
  }

  const server = createServer((request, response) => {
    const isolation = request.url!.startsWith('/plain/') ? {} : ISOLATION;
    answer(request).then(
      ({ type = 'text/plain', body }) =>
        response.writeHead(200, { 'Content-Type': type, ...isolation }).end(body),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}/waiting`,
    visit: (page) =>
      new Promise((resolve, reject) => {
        trouble.length = 0;
        const late = (): void => reject(new Error([`${page} was silent.`, ...trouble].join('\n')));
        const timer = setTimeout(late, PATIENCE);
        settle = (result) => {
          clearTimeout(timer);
          resolve(result);
        };
        next = page;
      }),
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}
