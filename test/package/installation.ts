import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** The packed library. */
    tarball: string;
    /** A folder for bare projects, gone after the run. */
    workshop: string;
    /** A project with the library beside `@tensorflow/tfjs`, by npm. */
    installed: string;
  }
}

const ROOT = resolve(import.meta.dirname, '../..');

/** Runs a program and returns what it printed; a failure shows both of its streams. */
export function run(folder: string, file: string, ...args: string[]): string {
  try {
    return execFileSync(file, args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${file} ${args.join(' ')}\n${stdout}\n${stderr}`);
  }
}

/** Where a process notes that it has built the library: the setups of projects have no other global in common. */
const BUILT = Symbol.for('gan-kit built for the tests');

/** Builds the library into `dist`, once for all projects of a run. */
export function buildLibrary(): void {
  const notes = globalThis as { [BUILT]?: boolean };
  if (notes[BUILT] === true) return;
  run(ROOT, 'npm', 'run', 'build');
  notes[BUILT] = true;
}

/** Makes an empty project. */
export function emptyProject(workshop: string, name: string, manifest: object = {}): string {
  const folder = join(workshop, name);
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, ...manifest }));
  return folder;
}

/** Copies what is installed in a project into a new one, where a test may change it: others run at the same time. */
export function copyProject(installed: string, workshop: string, name: string): string {
  const folder = join(workshop, name);
  for (const part of ['package.json', 'node_modules'])
    cpSync(join(installed, part), join(folder, part), { recursive: true, verbatimSymlinks: true });
  return folder;
}

/** `npm install` of the given packages. */
export function npmInstall(folder: string, ...packages: string[]): void {
  run(folder, 'npm', 'install', '--no-audit', '--no-fund', '--prefer-offline', ...packages);
}

/** The size of a folder in bytes. */
export function sizeOf(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true });
  return files
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
}

/** Builds and packs the library and installs it once; the tests share the project. */
export default function setup(project: TestProject): () => void {
  const workshop = mkdtempSync(join(tmpdir(), 'gan-kit-package-'));
  buildLibrary();
  const packed = run(ROOT, 'npm', 'pack', '--json', '--pack-destination', workshop);
  const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
  const tarball = join(workshop, filename);
  const installed = emptyProject(workshop, 'installed', { type: 'module' });
  npmInstall(installed, tarball, '@tensorflow/tfjs@4.22.0');
  project.provide('tarball', tarball);
  project.provide('workshop', workshop);
  project.provide('installed', installed);
  return () => rmSync(workshop, { recursive: true, force: true });
}
