import { clone, dispose, keep } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { stopGradient } from '../../ops/stop_gradient.js';
import type { LayerVariable } from './named_weights.js';

type Replacements = Iterable<readonly [LayerVariable, Tensor]>;

/**
 * Runs `fn` while weights read as other tensors; the weights themselves are untouched.
 *
 * The tensors are on the tape like any other, so gradients run through how they came about.
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
 * Runs `fn` while weights read as other tensors and what is written to them is forgotten afterwards:
 * what was written is what the next reader gets, a constant as it would be.
 */
export function withForgottenWrites<T>(replacements: Replacements, fn: () => T): T {
  const written: Tensor[] = [];
  const undo: (() => void)[] = [];
  try {
    for (const [variable, value] of replacements) {
      let now = value;
      const write = (next: Tensor): LayerVariable => {
        now = keep(stopGradient(() => clone(next))); // the writer disposes of its own
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

/** Runs `fn` while what is written to weights goes nowhere; they read as they are. */
export function withIgnoredWrites<T>(variables: Iterable<LayerVariable>, fn: () => T): T {
  const undo: (() => void)[] = [];
  try {
    for (const variable of variables) undo.push(hide(variable, 'write', () => variable));
    return fn();
  } finally {
    for (const one of undo.reverse()) one();
  }
}

/** Puts a method over that of the class, or over one that was put there before. Returns the way back. */
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
