/** An event of Chromium's trace, in microseconds. */
interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly args: { readonly name?: string };
  readonly tdur?: number;
}

/**
 * Returns the milliseconds that each task of a page took its thread's processor. A long-task entry of the page has the
 * time of the clock instead, in which other programs of a busy machine count.
 *
 * @param trace What `browser.stopTracing()` returns, with the category `toplevel`.
 */
export function pageTasks(trace: Buffer): number[] {
  const { traceEvents } = JSON.parse(trace.toString()) as { traceEvents: TraceEvent[] };
  const isPage = ({ name, args }: TraceEvent) =>
    name === 'thread_name' && args.name === 'CrRendererMain';
  const pages = new Set(traceEvents.filter(isPage).map(({ pid, tid }) => `${pid} ${tid}`));
  return traceEvents
    .filter(
      ({ ph, name, pid, tid }) =>
        ph === 'X' && name.endsWith('RunTask') && pages.has(`${pid} ${tid}`),
    )
    .map(({ tdur }) => tdur! / 1000);
}
