import { backend } from '@tensorflow/tfjs-core';

type Execute = (name: string, ...rest: unknown[]) => unknown;
interface Binding {
  readonly executeOp: Execute;
}

/** What a function returns, and the ops of libtensorflow that it calls. */
export function callsOf<T>(run: () => T): { result: T; ops: string[] } {
  const host = backend() as unknown as { binding: Binding };
  const { binding } = host;
  const ops: string[] = [];
  const executeOp: Execute = (name, ...rest) => {
    ops.push(name);
    return binding.executeOp(name, ...rest);
  };
  // the properties of the addon can be neither listed nor replaced
  host.binding = new Proxy({} as Binding, {
    get: (_, key) => (key === 'executeOp' ? executeOp : binding[key as keyof Binding]),
  });
  try {
    return { result: run(), ops };
  } finally {
    host.binding = binding;
  }
}
