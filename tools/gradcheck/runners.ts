import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromium as browser } from 'playwright';
import type { Row } from './rows.js';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

type Tell = (row: Row) => void;

/** Runs a backend in a Node process of its own, since the repairs cannot be undone. */
export async function runInNode(
  backend: string,
  env: Readonly<Record<string, string>>,
  tell: Tell,
): Promise<void> {
  const child = spawn(process.execPath, ['--import', 'tsx', path('./in_node.ts'), backend], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  for await (const line of createInterface(child.stdout))
    if (line.startsWith('{')) tell(JSON.parse(line) as Row);
  const code = await ended;
  if (code !== 0) throw new Error(`the process of ${backend} ended with ${code}`);
}

/** Runs a backend in a page of headless Chromium. */
export async function runInChromium(
  backend: string,
  executablePath: string,
  tell: Tell,
): Promise<void> {
  const bundle = await build({
    entryPoints: [path('./in_page.ts')],
    bundle: true,
    format: 'esm',
    write: false,
    logLevel: 'error',
  });
  const server = createServer((request, response) => {
    const script = request.url === '/page.js';
    response.setHeader('content-type', script ? 'text/javascript' : 'text/html; charset=utf-8');
    response.end(
      script ? bundle.outputFiles[0]!.text : '<script type="module" src="/page.js"></script>',
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const chromium = await browser.launch({
    executablePath,
    args: ['--no-sandbox', '--enable-unsafe-webgpu', '--disable-background-networking'],
  });
  try {
    const page = await chromium.newPage();
    await page.exposeFunction('tellRow', tell);
    const ended = new Promise<string | undefined>((resolve) => {
      void page.exposeFunction('tellEnd', (problem?: string) => resolve(problem));
      page.on('crash', () => resolve('the page crashed'));
      page.on('pageerror', (error) => resolve(String(error)));
    });
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/?${backend}`);
    const problem = await ended;
    if (problem !== undefined) throw new Error(`${backend} in Chromium: ${problem}`);
  } finally {
    await chromium.close();
    server.close();
  }
}
