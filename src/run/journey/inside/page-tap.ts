/**
 * A second DevTools session on a page, beside Playwright's: it sends `traceparent` and hears of the vitals.
 *
 * Playwright's `extraHTTPHeaders` would put the header on every request. A browser asks another origin before it
 * sends it a header of our own (CORS), most say no, and a font or payment script would fail only when we look. So
 * it goes with documents, and with what the page asks of its own origin. Routing everything through Playwright
 * instead would switch the cache off and answer such questions in the server's place.
 */
import type { BrowserContext, CDPSession, Page } from 'playwright';
import { type VitalsSeen, vitalBinding, vitalsScript } from './vitals.ts';

let script: string | undefined;

/** The paused request, as the DevTools protocol tells of it. */
interface Paused {
  readonly requestId: string;
  readonly frameId: string;
  readonly resourceType: string;
  readonly request: { readonly url: string; readonly headers: Readonly<Record<string, string>> };
}

/**
 * Taps a page. `traceparent` is asked for at each request: a page is made before its run is known. `''`: what goes
 * there must carry none.
 */
export async function tapPage(
  context: BrowserContext,
  page: Page,
  vitals: VitalsSeen,
  traceparent: (url: string) => string | undefined,
): Promise<void> {
  script ??= vitalsScript();
  const session = await context.newCDPSession(page);
  let mainFrame: string | undefined;
  session.on('Runtime.bindingCalled', ({ name, payload }) => {
    if (name === vitalBinding) vitals.hear(payload);
  });
  session.on('Fetch.requestPaused', (paused) => {
    if (paused.resourceType === 'Document' && paused.frameId === mainFrame) vitals.expectPaint();
    const value = traceparent(paused.request.url);
    resume(session, paused, value === '' || traceable(paused, page, mainFrame) ? value : undefined);
  });
  const [tree] = await Promise.all([
    session.send('Page.getFrameTree'),
    // Without these two a binding and a script are accepted, and never used.
    session.send('Page.enable'),
    session.send('Runtime.enable'),
    session.send('Runtime.addBinding', { name: vitalBinding }),
    session.send('Page.addScriptToEvaluateOnNewDocument', { source: script }),
    session.send('Fetch.enable', {
      patterns: (['Document', 'XHR', 'Fetch'] as const).map((resourceType) => ({ urlPattern: 'http*', resourceType })),
    }),
  ]);
  mainFrame = tree.frameTree.frame.id;
}

function traceable({ frameId, resourceType, request }: Paused, page: Page, mainFrame: string | undefined): boolean {
  if (resourceType === 'Document') return true;
  return (
    frameId === mainFrame && URL.canParse(page.url()) && new URL(request.url).origin === new URL(page.url()).origin
  );
}

function resume(session: CDPSession, { requestId, request }: Paused, traceparent: string | undefined): void {
  // A redirected request still has the one of its first hop.
  const others = Object.entries(request.headers).filter(([name]) => name.toLowerCase() !== 'traceparent');
  const headers = [...others, ...(traceparent ? [['traceparent', traceparent] as const] : [])];
  session
    .send('Fetch.continueRequest', {
      requestId,
      ...(traceparent === undefined ? {} : { headers: headers.map(([name, value]) => ({ name, value })) }),
    })
    // The page was left or closed meanwhile, and the request with it.
    .catch(() => undefined);
}
