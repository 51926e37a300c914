import type { Browser, BrowserContext } from 'playwright';

/** What pages complained of or asked another host for; a test empties it. */
export const trouble: string[] = [];

/** Opens a window, and notes whatever a page complains of or asks another host for. */
export async function watchedContext(
  browser: Browser,
  viewport: { readonly width: number; readonly height: number },
  colorScheme: 'light' | 'dark',
  site: string,
): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport, colorScheme, reducedMotion: 'reduce' });
  context.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(site) && !url.startsWith('data:') && !url.startsWith('blob:'))
      trouble.push(`asks ${url}`);
  });
  context.on('response', (response) => {
    if (response.status() >= 400) trouble.push(`${response.status()} ${response.url()}`);
  });
  context.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) trouble.push(message.text());
  });
  context.on('weberror', (error) => trouble.push(error.error().message));
  return context;
}
