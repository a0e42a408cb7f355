/**
 * How the demo's servers call one another: JSON over HTTP, with a bound on the wait.
 */

/** What a server answered; `status` 0: it did not answer at all, or not in time. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

interface CallOptions {
  readonly method?: string;
  readonly body?: unknown;
  readonly token?: string;
  readonly timeoutMs: number;
}

/** Calls another server and never rejects: a server that is away answers with status 0. */
export async function call(url: string, options: CallOptions): Promise<Answer> {
  try {
    const response = await fetch(url, {
      method: options.method ?? (options.body === undefined ? 'GET' : 'POST'),
      headers: {
        ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
      },
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
      signal: AbortSignal.timeout(options.timeoutMs),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
  } catch {
    return { status: 0, body: undefined };
  }
}
