/** Values over steps, thinned so that no more than a number of them is kept. */
export class Series {
  private rows: (number | null)[][] = [];
  private every = 1;
  private seen = 0;

  /** @param names The names of the values. */
  constructor(
    readonly names: readonly string[],
    private readonly most = 1000,
  ) {}

  add(step: number, values: readonly (number | undefined)[]): void {
    if (this.seen++ % this.every !== 0) return;
    this.rows.push([step, ...values.map((value) => value ?? null)]);
    if (this.rows.length < this.most) return;
    this.rows = this.rows.filter((_, i) => i % 2 === 0);
    this.every *= 2;
  }

  /** Returns the steps and the values, a list of each. */
  get columns(): (number | null)[][] {
    return ['step', ...this.names].map((_, i) => this.rows.map((row) => row[i]!));
  }
}
