import { clone, dispose, keep } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { stopGradient } from '../../ops/stop_gradient.js';
import type { LayerVariable } from './named_weights.js';

type Replacements = Iterable<readonly [LayerVariable, Tensor]>;

/**
 * Runs `fn` while other tensors replace the values of weights; the weights themselves do not change.
 *
 * The tensors are on the tape like any other, so gradients flow through their computation.
 */
export function withReplacedWeights<T>(replacements: Replacements, fn: () => T): T {
  const undo: (() => void)[] = [];
  try {
    for (const [variable, value] of replacements) undo.push(hide(variable, 'read', () => value));
    return fn();
  } finally {
    for (const one of undo.reverse()) one();
  }
}

/**
 * Runs `fn` while other tensors replace the values of weights, and discards afterwards what `fn` writes to them.
 * Until then a written value is read back, as a constant for every gradient, as it is from a real weight.
 */
export function withForgottenWrites<T>(replacements: Replacements, fn: () => T): T {
  const written: Tensor[] = [];
  const undo: (() => void)[] = [];
  try {
    for (const [variable, value] of replacements) {
      let now = value;
      const write = (next: Tensor): LayerVariable => {
        now = keep(stopGradient(() => clone(next))); // the caller disposes of `next`
        written.push(now);
        return variable;
      };
      undo.push(
        hide(variable, 'read', () => now),
        hide(variable, 'write', write),
      );
    }
    return fn();
  } finally {
    for (const one of undo.reverse()) one();
    dispose(written);
  }
}

/** Runs `fn` while writes to weights have no effect; reading returns their values as before. */
export function withIgnoredWrites<T>(variables: Iterable<LayerVariable>, fn: () => T): T {
  const undo: (() => void)[] = [];
  try {
    for (const variable of variables) undo.push(hide(variable, 'write', () => variable));
    return fn();
  } finally {
    for (const one of undo.reverse()) one();
  }
}

/** Replaces a method of a weight, also one that was replaced before. Returns a function that restores it. */
function hide<Name extends 'read' | 'write'>(
  variable: LayerVariable,
  name: Name,
  method: LayerVariable[Name] | (() => Tensor | LayerVariable),
): () => void {
  const before = Object.getOwnPropertyDescriptor(variable, name);
  variable[name] = method as LayerVariable[Name];
  return () => {
    // an own property hides the method of the prototype until it is deleted
    if (before === undefined) delete (variable as Partial<LayerVariable>)[name];
    else Object.defineProperty(variable, name, before);
  };
}
