import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { killedAt } from './copied_example.js';
import { run } from './installation.js';

// The packed library in a bare project, as a user has it.
const folder = join(inject('installed'), 'own_system');

/** Type-checks the example, and writes its JavaScript where that is asked for. */
function compile(options: object): void {
  const compilerOptions = {
    target: 'es2022',
    lib: ['es2022'],
    types: ['node'],
    typeRoots: [resolve('node_modules/@types')],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: true,
    ...options,
  };
  const config = join(folder, 'tsconfig.json');
  writeFileSync(config, JSON.stringify({ compilerOptions, files: ['main.ts'] }));
  run(folder, 'node', resolve('node_modules/typescript/bin/tsc'), '-p', config);
}

beforeAll(() => cpSync('examples/own_system', folder, { recursive: true }));

describe('a system of one’s own, from a recipe', () => {
  it('is at most 40 lines', () => {
    const text = readFileSync(join(folder, 'feature_matching.ts'), 'utf8');
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(40);
  });

  it('has no type error under bundler, nor under nodenext', () => {
    compile({ module: 'esnext', moduleResolution: 'bundler', noEmit: true });
    compile({ module: 'nodenext' });
  });

  it('goes on after a kill to the bits of a run that never stopped', async () => {
    const printed = run(folder, 'node', 'main.js', '150', 'whole.safetensors');
    expect(printed).toMatch(/^step 150: discriminator \d\.\d{3}, matching \d+\.\d{4}$/m);
    expect(printed).toMatch(/^\d of 8 modes, mean distance from the nearest \d\.\d{3}$/m);
    const killed = await killedAt('step 50:', folder, 'main.js', '150', 'broken.safetensors');
    expect(killed).toBe('SIGKILL');
    const resumed = run(folder, 'node', 'main.js', '150', 'broken.safetensors');
    expect(resumed).not.toContain('step 50:');
    expect(printed.endsWith(resumed)).toBe(true);
    const [whole, broken] = ['whole', 'broken'].map((name) =>
      readFileSync(join(folder, `${name}.safetensors`)),
    );
    expect(broken!.equals(whole!)).toBe(true);
  });
});
