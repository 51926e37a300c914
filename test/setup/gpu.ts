import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What the GPU projects of vitest.config.ts need and this machine has. */
export interface GPUSetup {
  /** The path of Chromium, for webgl and webgpu in a browser. */
  readonly chromium: string | undefined;
  /** The environment in which Dawn finds an adapter, for webgpu in Node. */
  readonly dawn: Readonly<Record<string, string>> | undefined;
}

const ADVICE = {
  chromium: 'no Chromium (apt-get install chromium, or set CHROMIUM_PATH)',
  package: 'no package `webgpu` (npm install --no-save --save-dev webgpu@0.6.2)',
  driver: 'no Vulkan driver (apt-get install chromium libvulkan1, or set VK_ICD_FILENAMES)',
};

/** Looks for Chromium and for Dawn with a Vulkan driver; tells in one line what is missing. */
export function findGPU(): GPUSetup {
  const chromium = findChromium();
  const missing = chromium === undefined ? [ADVICE.chromium] : [];
  let dawn: GPUSetup['dawn'];
  if (!existsSync(fileURLToPath(new URL('../../node_modules/webgpu', import.meta.url))))
    missing.push(ADVICE.package);
  else {
    dawn = dawnEnvironment(chromium);
    if (!hasAdapter(dawn)) {
      dawn = undefined;
      missing.push(ADVICE.driver);
    }
  }
  if (missing.length > 0) {
    const line = `Tests on GPU backends are left out: ${missing.join('; ')}.`;
    if (process.env['GPU_TESTS'] === 'required') throw new Error(line);
    console.warn(line);
  }
  return { chromium, dawn };
}

/** The path of Chromium. */
export function findChromium(): string | undefined {
  const given = process.env['CHROMIUM_PATH'];
  if (given !== undefined && given !== '') return existsSync(given) ? given : undefined;
  return findProgram('chromium', 'chromium-browser', 'google-chrome');
}

/** The path of the first of these programs that is installed. */
export function findProgram(...names: readonly string[]): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return names
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .find((path) => existsSync(path));
}

/** The software Vulkan driver that comes with Chromium, unless the user has chosen another one. */
function dawnEnvironment(chromium: string | undefined): Record<string, string> {
  const folders = ['/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome'];
  if (chromium !== undefined) folders.unshift(dirname(realpathSync(chromium)));
  const driver = folders
    .map((folder) => join(folder, 'vk_swiftshader_icd.json'))
    .find((path) => existsSync(path));
  return {
    ...(driver === undefined ? {} : unlessSet('VK_ICD_FILENAMES', driver)),
    ...unlessSet('XDG_RUNTIME_DIR', tmpdir()), // Dawn complains without it
  };
}

const unlessSet = (name: string, value: string): Record<string, string> =>
  process.env[name] === undefined ? { [name]: value } : {};

/** Asks Dawn in a process of its own, where a driver that crashes does no harm. */
function hasAdapter(env: Record<string, string>): boolean {
  const program =
    "import { create } from 'webgpu';" +
    'process.exit((await create([]).requestAdapter()) === null ? 1 : 0);';
  const { status } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    env: { ...process.env, ...env },
    timeout: 30_000,
  });
  return status === 0;
}
