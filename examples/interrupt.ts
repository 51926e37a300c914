/** Remembers that someone pressed Ctrl-C, so that a program can end whole between two steps. */
export class Interrupt {
  private since: number | undefined;

  constructor() {
    process.on('SIGINT', () => {
      // a terminal's Ctrl-C reaches us twice, directly and through npm or tsx; a later one does not wait
      if (this.since === undefined) this.since = performance.now();
      else if (performance.now() - this.since > 1000) process.exit(130);
    });
  }

  get asked(): boolean {
    return this.since !== undefined;
  }
}
