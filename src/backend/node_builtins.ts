type Listener = (...values: unknown[]) => void;

/** The part of Node's `process` that the backends need; bundlers for browsers never see an import. */
interface NodeProcess {
  readonly argv: readonly string[];
  readonly env: Record<string, string | undefined>;
  getBuiltinModule(id: string): unknown;
  listeners(event: string): Listener[];
  removeListener(event: string, listener: Listener): void;
}

/** Returns Node's process object. Only for files that candidates_node imports. */
export function nodeProcess(): NodeProcess {
  return (globalThis as unknown as { process: NodeProcess }).process;
}

/** Loads a Node builtin, without an import that a bundler would resolve. */
export function nodeBuiltin<T>(id: string): T {
  return nodeProcess().getBuiltinModule(id) as T;
}
