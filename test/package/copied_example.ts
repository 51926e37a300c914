import { spawn } from 'node:child_process';
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';

interface Manifest {
  readonly version?: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional: boolean }>>;
}

const manifestOf = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;

/** Copies an example of the packed library into the bare project, as a user does; returns the copy. */
export function copyExample(installed: string, name: string): string {
  const folder = join(installed, `example_${name}`);
  cpSync(join(installed, 'node_modules/gan-kit/examples', name), folder, { recursive: true });
  return folder;
}

/** The packages that the programs of a folder import. */
function importedPackages(folder: string): string[] {
  const texts = readdirSync(folder)
    .filter((name) => /\.[jt]s$/.test(name))
    .map((name) => readFileSync(join(folder, name), 'utf8'));
  const modules = texts.flatMap((text) => [...text.matchAll(/ from '([^'.][^']*)'/g)]);
  return modules
    .map(([, module]) => module!)
    .filter((module) => !isBuiltin(module))
    .map((module) => /^(@[^/]+\/)?[^/]+/.exec(module)![0]);
}

/** What a copied example asks for; and what it needs: what it imports, and what the packed library does not bring. */
export function needs(installed: string, folder: string) {
  const { dependencies, devDependencies = {} } = manifestOf(folder);
  const ours = manifestOf(join(installed, 'node_modules/gan-kit'));
  const ranges: Readonly<Record<string, string>> = {
    ...{ ...ours.dependencies, ...ours.peerDependencies },
    'gan-kit': `^${ours.version}`,
  };
  const peers = Object.keys(ours.peerDependencies ?? {}).filter(
    (name) => ours.peerDependenciesMeta?.[name]?.optional !== true,
  );
  const names = new Set([...importedPackages(folder), ...peers]);
  for (const name of Object.keys(devDependencies)) names.delete(name);
  return {
    asked: dependencies,
    needed: Object.fromEntries([...names].map((name) => [name, ranges[name]])),
  };
}

/** Runs a program of a folder and kills it once it has printed a text; returns the signal that ended it. */
export function killedAt(text: string, folder: string, ...args: string[]): Promise<string> {
  const child = spawn(process.execPath, args, { cwd: folder });
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (more: string) => {
    printed += more;
    if (printed.includes(text)) child.kill('SIGKILL');
  });
  return new Promise((done) => child.on('close', (_, signal) => done(signal ?? 'no signal')));
}
