/** A record of whether someone pressed Ctrl-C, so that a program can end between two steps. */
export class Interrupt {
  private since: number | undefined;

  constructor() {
    process.on('SIGINT', () => {
      // one Ctrl-C arrives twice, directly and through npm or tsx; another one after a second ends the program at once
      if (this.since === undefined) this.since = performance.now();
      else if (performance.now() - this.since > 1000) process.exit(130);
    });
  }

  get asked(): boolean {
    return this.since !== undefined;
  }
}
