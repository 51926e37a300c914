interface Host {
  readonly console?: { warn(message: string): void };
}
let warned = false;

/**
 * Says once that a program computes far slower than it need, why, and what helps: a file that was not
 * found changes nothing else that anybody would see.
 *
 * @param reason Why wasm was not taken; none where it was not to be tried.
 */
export function warnOfCPU(reason: string | undefined): void {
  if (warned || reason === undefined) return;
  warned = true;
  (globalThis as unknown as Host).console?.warn(
    `gan-kit: computing on cpu, 30 to 100 times slower than wasm, which was not taken: ${reason}\n` +
      'See docs/backends.md, "wasm in bundlers". To compute on cpu without this warning: prefer: ["cpu"].',
  );
}
