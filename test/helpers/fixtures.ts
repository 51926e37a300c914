declare global {
  interface ImportMeta {
    /** Vite's import of many files, which works in Node and in browsers. */
    glob(pattern: string, options: { eager: true; import: 'default' }): Record<string, unknown>;
  }
}

const FIXTURES = import.meta.glob('../parity/fixtures/*.json', { eager: true, import: 'default' });

/** A committed fixture of test/parity/fixtures. */
export function fixture<T>(name: string): T {
  const found = FIXTURES[`../parity/fixtures/${name}.json`];
  if (found === undefined) throw new Error(`no fixture named ${name}`);
  return found as T;
}
