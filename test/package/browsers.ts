import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findChromium, findProgram } from '../setup/gpu.js';

/** A browser that is here. */
export interface Browser {
  readonly name: string;
  /** Opens an address without a window, in a profile of its own; returns what closes it. */
  readonly open: (address: string) => () => Promise<void>;
}

/** One that is installed, or none. */
function browser(
  name: string,
  path: string | undefined,
  flags: (profile: string) => readonly string[],
): Browser[] {
  if (path === undefined) return [];
  const open: Browser['open'] = (address) => {
    const profile = mkdtempSync(join(tmpdir(), 'gan-kit-browser-'));
    const running = spawn(path, [...flags(profile), address], {
      stdio: 'ignore',
      detached: true, // a group of processes, which ends as one
      env: { ...process.env, HOME: profile },
    });
    const gone = new Promise<void>((resolve) => running.once('exit', () => resolve()));
    return async () => {
      process.kill(-running.pid!, 'SIGKILL');
      await gone;
      rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    };
  };
  return [{ name, open }];
}

/** Chromium and Firefox, as far as they are installed. */
export const BROWSERS: readonly Browser[] = [
  ...browser('Chromium', findChromium(), (profile) => [
    '--headless=new',
    '--no-sandbox', // root has none
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--enable-unsafe-swiftshader', // WebGL in software, as on machines without a GPU
    `--user-data-dir=${profile}`,
  ]),
  ...browser('Firefox', findProgram('firefox', 'firefox-esr'), (profile) => [
    '--headless',
    '--no-remote',
    '--profile',
    profile,
  ]),
];
