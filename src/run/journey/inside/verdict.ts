/**
 * Whose fault is it? One table, read from the top: the first row that fits says outcome and reason.
 */
import type { Reason } from '../../../result/result.ts';
import type { Verdict } from '../messages.ts';

/** A script asked for a secret that is not there, or that its probe did not declare. */
export class SecretMissing extends Error {
  override readonly name = 'SecretMissing';
}

/** A script did what no script may, e.g. end its process. */
export class ScriptMisuse extends Error {
  override readonly name = 'ScriptMisuse';

  /** `stack`: where the script did it, if that is not where this is made. */
  constructor(message: string, { stack, cause }: { stack?: string; cause?: unknown } = {}) {
    super(message, cause === undefined ? undefined : { cause });
    if (stack !== undefined) this.stack = stack;
  }
}

/** What is known of a failure. */
export interface Failure {
  readonly error: Error;
  /** `loading`: the file could not be imported. `browser`: no page. `script`: the script itself. */
  readonly at: 'loading' | 'browser' | 'script';
  readonly inStep: boolean;
  /** Thrown by a line of the author's own, not by something that it called. */
  readonly deliberate: boolean;
  /** The browser or a page of it died during the run. */
  readonly browserDied: boolean;
  /** Host name of the egress through which everything goes. */
  readonly proxy: string | undefined;
}

interface Facts extends Failure {
  readonly message: string;
  /** `page.goto` and the like, when Playwright threw it. */
  readonly call: string;
  /** Node's code of what lies beneath, e.g. `ECONNREFUSED`. */
  readonly code: string;
}

interface Row {
  readonly outcome: Verdict['outcome'];
  readonly reason: Reason;
  readonly when: (facts: Facts) => boolean;
}

/** What the browser and the API client say when the egress is at fault; an address that holds the word is no matter. */
const byProxy =
  /^[\w.$]+: (net::ERR_(PROXY|TUNNEL|SOCKS|NO_SUPPORTED_PROXIES|MANDATORY_PROXY)|Proxy connection|.*\bSocks\d? )/i;
/** The egress works, and says that the target's host does not. */
const byTargetBehindProxy =
  /SOCKS_CONNECTION_HOST_UNREACHABLE|Socks\d proxy rejected connection - (ConnectionRefused|HostUnreachable|NetworkUnreachable)/;
const unusable =
  /: (ENOENT|EACCES): |: expected \w+, got |Cannot navigate to invalid URL|Invalid URL|while parsing|is not a valid selector|Unknown engine|Unknown key|Unsupported token/;
/** A page that the network refused; an empty error page is one that it brought. */
const refusedPage = /^\w+\.\w+: net::ERR_(?!HTTP_RESPONSE_CODE_FAILURE|ABORTED)/;
const travels = /\.(goto|reload|goBack|goForward|waitForURL|waitForNavigation|waitForLoadState|setContent)$/;
const runsInPage = /\.(evaluate|evaluateHandle|evaluateAll|\$eval|\$\$eval)$/;
const awaitsEvent = /\.(waitForEvent|waitForResponse|waitForRequest|waitForFunction)$/;

/** What was done leads to another page, and that one does not come. */
const leadsOn = /waiting for scheduled navigations/;
/** Node's codes for what this machine lacks: a file, a place on the disk, a handle. */
const ofThisMachine = /\b(ENOENT|EACCES|EPERM|EISDIR|ENOTDIR|EMFILE|ENFILE|ENOSPC|EROFS|ERR_[A-Z_]+)\b/;

/** Rows of what an API request, or Node's own fetch, met on its way: by code or by what the message says. */
const network: readonly (readonly [reason: Reason, code: RegExp])[] = [
  ['dns', /ENOTFOUND|EAI_AGAIN|EAI_FAIL/],
  ['connect', /Socks\d proxy rejected connection|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL/],
  ['reset', /ECONNRESET|EPIPE|socket hang up|UND_ERR_SOCKET|other side closed|aborted$/],
  ['certificate', /CERT_|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|ERR_TLS_CERT|certificate/i],
  ['tls', /EPROTO|ERR_SSL|SSL routines|\btls\b/i],
  ['timeout', /ETIMEDOUT|UND_ERR_\w*TIMEOUT|Timeout \d+ms exceeded|Request timed out/],
  ['redirect', /redirect/i],
  ['protocol', /HPE_|Parse Error/],
];

const rows: readonly Row[] = [
  { outcome: 'broken', reason: 'secret', when: ({ error }) => error instanceof SecretMissing },
  { outcome: 'broken', reason: 'crash', when: ({ browserDied }) => browserDied },
  { outcome: 'broken', reason: 'proxy', when: ({ at, message }) => at === 'browser' && /proxy/i.test(message) },
  { outcome: 'broken', reason: 'browser', when: ({ at }) => at === 'browser' },
  { outcome: 'broken', reason: 'script', when: ({ at, error }) => at === 'loading' || error instanceof ScriptMisuse },
  {
    outcome: 'fail',
    reason: 'assertion',
    when: ({ error }) => 'matcherResult' in error || error.name === 'AssertionError',
  },
  { outcome: 'broken', reason: 'proxy', when: proxyFailed },
  { outcome: 'broken', reason: 'script', when: ({ call, message }) => call !== '' && unusable.test(message) },
  { outcome: 'fail', reason: 'navigation', when: ({ call }) => travels.test(call) },
  ...network.map(
    ([reason, pattern]): Row => ({
      outcome: 'fail',
      reason,
      when: ({ call, code, message }) =>
        call.startsWith('apiRequestContext.') ? pattern.test(firstLine(message)) : call === '' && pattern.test(code),
    }),
  ),
  { outcome: 'fail', reason: 'protocol', when: ({ call }) => call.startsWith('apiRequestContext.') },
  { outcome: 'broken', reason: 'script', when: ({ call, code }) => call === '' && ofThisMachine.test(code) },
  // A time limit of the author's own, as AbortSignal.timeout sets it.
  { outcome: 'fail', reason: 'timeout', when: ({ call, error }) => call === '' && error.name === 'TimeoutError' },
  // The code that ran in the page is the author's.
  {
    outcome: 'broken',
    reason: 'script',
    when: ({ call, error }) => runsInPage.test(call) && error.name !== 'TimeoutError',
  },
  { outcome: 'fail', reason: 'timeout', when: ({ call }) => awaitsEvent.test(call) },
  { outcome: 'broken', reason: 'script', when: ({ message }) => /has been closed/.test(message) },
  { outcome: 'fail', reason: 'navigation', when: ({ call, message }) => call !== '' && leadsOn.test(message) },
  { outcome: 'fail', reason: 'element', when: ({ call }) => call !== '' },
  // An answer that was to be JSON and is not: a page of HTML from a shop that is down.
  {
    outcome: 'fail',
    reason: 'json',
    when: ({ error, message }) => error instanceof SyntaxError && /valid JSON$|JSON input$|in JSON at/.test(message),
  },
  // The author's own words: not as expected.
  {
    outcome: 'fail',
    reason: 'assertion',
    when: ({ error, inStep, deliberate }) => isPlain(error) && (inStep || deliberate),
  },
  { outcome: 'broken', reason: 'script', when: () => true },
];

function proxyFailed({ call, message, proxy }: Facts): boolean {
  const line = firstLine(message);
  if (call === '' || byTargetBehindProxy.test(line)) return false;
  if (byProxy.test(line)) return true;
  // Behind an egress the API client connects to nothing else; a name it may look up for the target too.
  if (proxy === undefined || !call.startsWith('apiRequestContext.')) return false;
  return /: connect E[A-Z]+ /.test(line) || line.endsWith(` ${proxy}`);
}

/** Judges a failure; the message is what a person reads, not yet redacted or cut. */
export function judge(failure: Failure): Verdict {
  const message = withoutColours(failure.error.message);
  const facts: Facts = { ...failure, message, call: callOf(message), code: codesOf(failure.error) };
  const row = rows.find(({ when }) => when(facts));
  const { outcome, reason } = row ?? { outcome: 'broken', reason: 'script' };
  const firstHand = facts.call.startsWith('apiRequestContext.') || facts.code !== '' || refusedPage.test(message);
  return { outcome, reason, message: readable(failure.error, message, reason), ...(firstHand ? { firstHand } : {}) };
}

/** Classes of Playwright's that put their name before what they report. */
const call =
  /^((?:page|frame|locator|elementHandle|jsHandle|apiRequestContext|apiResponse|browserContext|browser|keyboard|mouse|touchscreen|response|request|download|fileChooser|webSocket|worker|clock|dialog|frameLocator|tracing|video)\.[$\w]+): /;

function callOf(message: string): string {
  return call.exec(message)?.[1] ?? '';
}

/** Node's codes along the chain of causes. */
function codesOf(error: Error): string {
  const codes: string[] = [];
  let at: unknown = error;
  for (let depth = 0; depth < 5 && at instanceof Error; depth++) {
    if ('code' in at && typeof at.code === 'string') codes.push(at.code);
    at = at.cause ?? (at instanceof AggregateError ? at.errors[0] : undefined);
  }
  return codes.join(' ');
}

function isPlain(error: Error): boolean {
  return error.name === 'Error' || !(error instanceof TypeError || isLanguageFault(error));
}

function isLanguageFault(error: Error): boolean {
  return [ReferenceError, SyntaxError, RangeError, URIError, EvalError].some((kind) => error instanceof kind);
}

/** Without the parts that only repeat: of the log of a call stays what was waited for, and what was seen last. */
function readable(error: Error, message: string, reason: Reason): string {
  const [head = '', log = ''] = message.split(/\n\s*Call log:\n/);
  const lines = head.split('\n').map((line) => line.trimEnd());
  const logged = log.split('\n').map((line) => line.replace(/^\s*-\s*/, '').trim());
  const shown = [
    ...lines.filter((line) => line !== '' && !/^=+( logs =+)?$/.test(line)),
    ...(logged[0] && !head.includes('Locator:') ? [logged[0]] : []),
    ...seenLast(logged.slice(1)),
  ];
  const text = shown.join('\n');
  // "x is not a function" needs its kind to be understood; an author's own sentence does not.
  return reason === 'script' && error.name !== 'ScriptMisuse' && error.name !== 'Error'
    ? `${error.name}: ${text}`
    : text;
}

/** Lines of a log that say why it came to nothing; the last of each kind counts. */
const telling: readonly RegExp[] = [/^← /, /resolved to /, /^element is (not|outside)|intercepts pointer events/];
const loggedCharsMax = 160;

function seenLast(logged: readonly string[]): string[] {
  const seen = telling.flatMap((pattern) => logged.findLast((line) => pattern.test(line)) ?? []);
  if (logged.some((line) => leadsOn.test(line))) seen.push('it was done; the page to which it leads did not come');
  return seen.map((line) => line.slice(0, loggedCharsMax));
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}

function withoutColours(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character begins a colour.
  return text.replace(/\u001b\[[\d;]*m/g, '');
}
