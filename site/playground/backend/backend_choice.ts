/** The backends that a visitor may choose; `best` is the fastest one that works. */
export const BACKEND_CHOICES = ['best', 'webgpu', 'webgl', 'wasm', 'cpu'] as const;
export type BackendChoice = (typeof BACKEND_CHOICES)[number];

/** What a worker tells of the backend that it computes on. */
export interface BackendInUse {
  readonly name: string;
  readonly device: string;
  /** Whether the page is cross-origin isolated, so that wasm may use threads. */
  readonly isolated: boolean;
}

/** Says what a page computes on. */
export function backendText(used: BackendInUse | undefined): string {
  if (used === undefined) return 'starting a backend …';
  const threads = used.isolated
    ? ''
    : ' This page is not cross-origin isolated, so that wasm has one thread.';
  return `Computes on ${used.name} (${used.device}), in a worker of your browser.${threads}`;
}
