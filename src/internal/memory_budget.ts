import { backend, getBackend, memory } from '@tensorflow/tfjs-core';

interface Host {
  readonly process?: { availableMemory?(): number };
  readonly navigator?: { readonly deviceMemory?: number };
}

const GIB = 2 ** 30;

/** Bytes of tensors that fit into wasm's heap of 4 GiB, with room for a backward pass and for what kernels need. */
const OF_WASM = 2.5 * GIB;

/** The share of the machine's memory, where it is known, that tensors may take. */
const SHARE = 0.75;

const measured = new WeakMap<object, number>();

/**
 * Returns the bytes of tensors that the current backend should hold at most: what fits into wasm's heap, and what this
 * machine had left when the backend was first asked for it. A GPU does not tell its memory, so there is no limit.
 */
export function memoryBudget(): number {
  const current = backend();
  let budget = measured.get(current);
  if (budget === undefined) measured.set(current, (budget = measure()));
  return budget;
}

function measure(): number {
  const name = getBackend();
  if (name.startsWith('webg')) return Infinity;
  return Math.min(name === 'wasm' ? OF_WASM : Infinity, ofMachine());
}

/** Returns the bytes that this machine can hold: in Node what is free, in a page half of all, as far as it tells. */
function ofMachine(): number {
  const { process, navigator } = globalThis as Host;
  const free = process?.availableMemory?.();
  if (free !== undefined) return memory().numBytes + SHARE * free;
  const all = navigator?.deviceMemory;
  return all === undefined ? Infinity : (all * GIB) / 2;
}
