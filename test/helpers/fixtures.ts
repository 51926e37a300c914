declare global {
  interface ImportMeta {
    /** Imports many files; a function of Vite, which works in Node and in browsers. */
    glob(pattern: string, options: { eager: true; import: 'default' }): Record<string, unknown>;
  }
}

const FIXTURES = import.meta.glob('../parity/fixtures/*.json', { eager: true, import: 'default' });

/** Returns a fixture of test/parity/fixtures. */
export function fixture<T>(name: string): T {
  const found = FIXTURES[`../parity/fixtures/${name}.json`];
  if (found === undefined) throw new Error(`no fixture named ${name}`);
  return found as T;
}
