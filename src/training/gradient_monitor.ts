import { addN, dispose, keep, sqrt, square, stack, sum, tidy } from '@tensorflow/tfjs-core';
import type { NamedTensorMap, Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkTensor, fail } from '../internal/check.js';
import { freedIfThrown } from '../internal/freed_if_thrown.js';
import { hostDecision, hostEffect } from '../internal/host_input.js';
import { callback, integer, number } from '../internal/option_kinds.js';
import { freeAll, pastValue } from '../internal/past_value.js';
import { readOptions } from '../internal/read_options.js';
import type { Savepoint } from '../internal/savepoint.js';
import { namedWeights } from '../layers/weights/named_weights.js';

/** Options of {@link GradientMonitor}. */
export interface GradientMonitorOptions {
  /** Steps between two measurements of a network, 1 or more; default 50. */
  every?: number;
  /** A norm above this is a warning, as is one that is not a number; above 0, default 100. */
  warnAbove?: number;
  /** Receives each warning when it is read. */
  onWarning?: (warning: string) => void;
}

/** The result of {@link GradientMonitor.read}. */
export interface GradientReport {
  /** The step at which the newest of the norms was taken, counted from 1. */
  step: number;
  /** L2 norm of a layer's whole gradient, by `network/layer`. */
  norms: Record<string, number>;
  /** One sentence for each norm that is too large. */
  warnings: string[];
}

interface Observation {
  readonly step: number;
  readonly keys: readonly string[];
  /** One norm per key, still on the device. */
  readonly norms: Tensor;
}

/**
 * Watches the size of gradients, layer by layer: ‖g‖ = √(Σ g²) over all weights of a layer.
 *
 * `observe` is called at every step of every network and computes only when the network is due;
 * nothing is read back until `read`, and of each network only the newest norms are kept. Steps are
 * those of the most frequently observed network. The others are measured at their first step after each
 * multiple of `every`, so that one report covers all.
 *
 * @example
 * ```ts
 * import { ones, sum, variableGrads } from '@tensorflow/tfjs-core';
 * import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
 * import { layers, sequential } from '@tensorflow/tfjs-layers';
 * import { loadBackend } from 'gan-kit';
 * import { GradientMonitor } from 'gan-kit/training';
 *
 * await loadBackend();
 * const critic = sequential({ layers: [layers.dense({ units: 1, inputShape: [3], name: 'top' })] });
 * const monitor = new GradientMonitor({ every: 1 });
 * const { grads } = variableGrads(() => sum(critic.apply(ones([1, 3])) as Tensor) as Scalar);
 * monitor.observe('critic', critic, grads);
 * const report = await monitor.read(); // { step: 1, norms: { 'critic/top': 2 }, warnings: [] }
 * ```
 */
export class GradientMonitor {
  readonly every: number;
  readonly warnAbove: number;
  private readonly onWarning: (warning: string) => void;
  private readonly steps: Map<string, number> = new Map();
  /** The multiples of `every` that had passed when a network was last measured. */
  private readonly looked: Map<string, number> = new Map();
  private pending: Map<string, Observation> = new Map();

  /**
   * @param options See {@link GradientMonitorOptions}.
   * @throws GanKitError if an option is out of range.
   */
  constructor(options: GradientMonitorOptions = {}) {
    const where = 'GradientMonitor';
    const { every, warnAbove, onWarning } = readOptions(where, options, {
      every: integer({ min: 1, default: 50 }),
      warnAbove: number({ above: 0, default: 100 }),
      onWarning: callback<(warning: string) => void>({ default: () => undefined }),
    });
    this.every = every;
    this.warnAbove = warnAbove;
    this.onWarning = onWarning;
  }

  /**
   * Counts a step of a network, and computes its norms if it is due.
   *
   * @param network A name for reports.
   * @param model The network.
   * @param gradients By name of variable, as `variableGrads` returns them; they stay the caller's.
   * @throws GanKitError if none of the gradients belongs to the model, or one is not a live tensor.
   */
  observe(network: string, model: LayersModel, gradients: NamedTensorMap): void {
    const where = 'GradientMonitor.observe';
    if (typeof network !== 'string') fail('type', where, 'network', 'a string', network);
    if (typeof gradients !== 'object' || gradients === null)
      fail('type', where, 'gradients', 'an object of tensors', gradients);
    const next = () => (this.steps.get(network) ?? 0) + 1;
    const passed = () => Math.floor(Math.max(...this.steps.values(), next()) / this.every);
    const isDue = hostDecision(() => passed() !== (this.looked.get(network) ?? 0));
    hostEffect(() => this.steps.set(network, next()));
    if (!isDue) return;
    const step = Math.max(...this.steps.values());
    const byLayer = gradientsByLayer(model, gradients);
    this.looked.set(network, Math.floor(step / this.every));
    this.pending.get(network)?.norms.dispose();
    this.pending.set(network, {
      step,
      keys: [...byLayer.keys()].map((layer) => `${network}/${layer}`),
      norms: keep(tidy(() => stack([...byLayer.values()].map(norm)))),
    });
  }

  /**
   * Fetches the norms taken since the last `read`.
   *
   * @returns The report, or `undefined` if there is nothing new.
   */
  async read(): Promise<GradientReport | undefined> {
    const observations = [...this.pending.values()];
    if (observations.length === 0) return undefined;
    this.pending = new Map();
    const report: GradientReport = { step: 0, norms: {}, warnings: [] };
    const read = await readAll(observations.map(({ norms }) => norms));
    observations.forEach(({ step, keys }, k) => {
      const values = read[k]!;
      report.step = Math.max(report.step, step);
      keys.forEach((key, i) => {
        const value = values[i]!;
        report.norms[key] = value;
        if (!(value <= this.warnAbove))
          report.warnings.push(
            `The gradient of ${key} has norm ${value.toPrecision(4)} at step ${step}, above ${this.warnAbove}.`,
          );
      });
    });
    freedIfThrown(() => report.warnings.forEach((warning) => this.onWarning(warning)));
    return report;
  }

  /** @internal Lists nothing: a step that measures is not replayed. */
  heldTensors(): readonly Tensor[] {
    return [];
  }

  /** @internal */
  savepoint(): Savepoint {
    const counts = [this.steps, this.looked].map((map) => [map, [...map]] as const);
    const copies = [...this.pending].map(([network, { step, keys, norms }]) => {
      return [network, { step, keys, norms: pastValue(norms) }] as const;
    });
    return {
      rollback: () => {
        this.dispose();
        this.pending = new Map(
          copies.map(([network, { norms, ...rest }]) => [
            network,
            { ...rest, norms: norms.take() },
          ]),
        );
        for (const [map, entries] of counts) {
          map.clear();
          for (const [network, count] of entries) map.set(network, count);
        }
      },
      release: () => freeAll(copies.map(([, { norms }]) => norms)),
    };
  }

  /** Frees norms that were not read. */
  dispose(): void {
    dispose([...this.pending.values()].map(({ norms }) => norms));
    this.pending.clear();
  }
}

/** Reads tensors and frees them. */
async function readAll(tensors: readonly Tensor[]): Promise<ArrayLike<number>[]> {
  try {
    return await Promise.all(tensors.map((tensor) => tensor.data()));
  } finally {
    dispose([...tensors]);
  }
}

/** Groups gradients by the path of their layer. */
function gradientsByLayer(model: LayersModel, gradients: NamedTensorMap): Map<string, Tensor[]> {
  const byLayer = new Map<string, Tensor[]>();
  for (const { path, variable } of namedWeights(model)) {
    const gradient = gradients[variable.name];
    if (gradient === undefined) continue;
    checkTensor('GradientMonitor.observe', `gradients['${variable.name}']`, gradient);
    const layer = path.slice(0, path.lastIndexOf('/'));
    byLayer.set(layer, [...(byLayer.get(layer) ?? []), gradient]);
  }
  if (byLayer.size === 0)
    fail(
      'value',
      'GradientMonitor.observe',
      'gradients',
      "keyed by the names of the model's variables",
      gradients,
    );
  return byLayer;
}

/** Computes √(Σ g²) over all of a layer's gradients. */
function norm(gradients: readonly Tensor[]): Tensor {
  return sqrt(addN(gradients.map((gradient) => sum(square(gradient)))));
}
