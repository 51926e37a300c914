import { dispose } from '@tensorflow/tfjs-core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { fail } from '../../internal/check.js';
import { FeatureStatistics } from '../../metrics/gaussian/feature_statistics.js';
import type { HostRows } from '../../metrics/rows.js';
import type { FolderImages } from '../images/folder_images.js';
import type { Extractor } from './extractor.js';

/** The answers of an extractor to all images of a folder. */
export interface Answers {
  readonly count: number;
  readonly statistics: FeatureStatistics;
  /** The features of all images; no rows unless they were to be kept. */
  readonly features: HostRows;
  readonly logits?: HostRows;
}

/** The callbacks of {@link AnswerReader}. */
export interface Listener {
  /** Receives the number of features of the first answer and whether it has logits; may throw to stop the reading. */
  first(features: number, hasLogits: boolean): void;
  /** Receives the number of images of a batch, after each batch. */
  seen(count: number): void;
}

/** A reader of the answers of one extractor, which must have the same width in all folders. */
export class AnswerReader {
  private readonly widths = new Map<'features' | 'logits', number>();

  constructor(
    private readonly where: string,
    private readonly extractor: Extractor,
    private readonly listener: Listener,
  ) {}

  /** Reads the answers to all images. Keeps the rows only if `keepRows` is true, since not all metrics need them. */
  async read(images: FolderImages, keepRows: boolean): Promise<Answers> {
    const statistics = new FeatureStatistics();
    const features: Float32Array[] = [];
    const logits: Float32Array[] = [];
    for await (const batch of images) {
      const count = batch.shape[0];
      try {
        const answer = await this.extractor.extract(batch);
        try {
          const nameOf = (row: number) =>
            images.names.filter((name) => !images.skipped.has(name))[statistics.count + row];
          const known = this.widths.size > 0;
          const rows = await this.rowsOf('features', answer.features, nameOf);
          const classes = answer.logits && (await this.rowsOf('logits', answer.logits, nameOf));
          if (!known) this.listener.first(answer.features.shape[1], classes !== undefined);
          if ((classes !== undefined) !== this.widths.has('logits'))
            this.refuse('one with logits of all images, or of none', `none of ${nameOf(0)}`);
          await statistics.update({ data: rows, shape: answer.features.shape });
          if (keepRows) features.push(rows);
          if (keepRows && classes !== undefined) logits.push(classes);
        } finally {
          dispose([answer.features, ...(answer.logits === undefined ? [] : [answer.logits])]);
        }
      } finally {
        batch.dispose();
      }
      this.listener.seen(count);
    }
    return {
      ...{ count: statistics.count, statistics, features: this.joined('features', features) },
      ...(logits.length > 0 && { logits: this.joined('logits', logits) }),
    };
  }

  /** Reads one output back, and checks its width and its values. */
  private async rowsOf(
    output: 'features' | 'logits',
    tensor: Tensor2D,
    nameOf: (row: number) => string | undefined,
  ): Promise<Float32Array> {
    const columns = tensor.shape[1];
    const expected = this.widths.get(output) ?? columns;
    if (columns < 1) this.refuse(`one with ${output}`, tensor);
    if (columns !== expected)
      this.refuse(
        `one of as many ${output} for every image`,
        `${columns} of ${nameOf(0)}, ${expected} before`,
      );
    const data = (await tensor.data()) as Float32Array;
    const bad = data.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0)
      this.refuse(
        `one whose ${output} are finite`,
        `${data[bad]} of ${nameOf(Math.floor(bad / columns))}`,
      );
    this.widths.set(output, columns);
    return data;
  }

  private joined(output: 'features' | 'logits', parts: readonly Float32Array[]): HostRows {
    const data = new Float32Array(parts.reduce((size, { length }) => size + length, 0));
    let at = 0;
    for (const part of parts) {
      data.set(part, at);
      at += part.length;
    }
    const columns = this.widths.get(output) ?? 0;
    return { data, shape: [columns === 0 ? 0 : data.length / columns, columns] };
  }

  private refuse(rule: string, received: unknown): never {
    fail('value', this.where, 'extractor', rule, received);
  }
}
