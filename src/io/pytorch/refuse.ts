import { fail } from '../../internal/check.js';

/** Names come from the file: a long one would drown the message. */
export const cut = (name: string): string => (name.length > 120 ? `${name.slice(0, 120)}…` : name);

export const quote = (name: string): string => `'${cut(name)}'`;

/** Refuses the file in the common format. */
export function refuse(rule: string, received: unknown, advice?: string): never {
  fail('value', 'readPth', 'bytes', `a PyTorch file ${rule}`, received, advice);
}
