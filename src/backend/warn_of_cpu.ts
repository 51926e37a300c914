interface Host {
  readonly console?: { warn(message: string): void };
}
let warned = false;

/**
 * Warns once that a program computes far slower than necessary, why, and what helps: a missing file
 * has no other visible effect.
 *
 * @param reason Why wasm was not chosen; undefined if it was not to be tried.
 */
export function warnOfCPU(reason: string | undefined): void {
  if (warned || reason === undefined) return;
  warned = true;
  (globalThis as unknown as Host).console?.warn(
    `gan-kit: computing on cpu, 30 to 100 times slower than wasm, which was not taken: ${reason}\n` +
      'See docs/backends.md, "wasm in bundlers". To compute on cpu without this warning: prefer: ["cpu"].',
  );
}
