/** Bits of a list of bytes, the lowest of each first. */
export class Bits {
  private readonly data: Uint8Array;
  private at: number;
  private held = 0;
  private count = 0;

  constructor(data: Uint8Array, at: number) {
    this.data = data;
    this.at = at;
  }

  /** Whether more was taken than there is; behind the end there are zeros. */
  get ended(): boolean {
    return this.at - (this.count >> 3) > this.data.length;
  }

  /** The next bits, up to 16, which stay. */
  peek(count: number): number {
    while (this.count < count) {
      this.held |= (this.data[this.at++] ?? 0) << this.count;
      this.count += 8;
    }
    return this.held & ((1 << count) - 1);
  }

  drop(count: number): void {
    this.held >>>= count;
    this.count -= count;
  }

  take(count: number): number {
    const value = this.peek(count);
    this.drop(count);
    return value;
  }

  /** Whole bytes, from the next whole one on. */
  bytes(count: number): Uint8Array {
    this.at -= this.count >> 3;
    [this.held, this.count] = [0, 0];
    this.at += count;
    return this.data.subarray(this.at - count, this.at);
  }
}
