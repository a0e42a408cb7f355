/**
 * Control targets: what a vantage can reach whatever the shop does. A run that fails while none of them answers says
 * nothing about its target: the vantage is ill, and the run is broken.
 */
import type { HttpProbe } from '../probe/definition.ts';
import { messageCharsMax, type Reason, type Result } from '../result/result.ts';
import type { Engine, Surroundings } from './engine.ts';
import { nameOf } from './http/dial.ts';
import { createHttpEngine } from './http/engine.ts';
import { peerOf } from './http/prepare.ts';

/** A control target that has not answered after this long fails, milliseconds: a run may end so long after its time. */
const lookMsMax = 1_200;
/** A look that ended less than this ago counts for a run that fails now, milliseconds. */
const freshMs = 1_000;
/** Of what the control targets came to, in a result's message, characters: the run's own words need the rest. */
const whyCharsMax = 200;

/**
 * Whether an ill network of ours can make a run fail so: by what it loses, holds up, or puts in the place of an
 * answer, as the sign-in page of a hotel does. A reason that comes has to be decided here.
 */
const byIllNetwork = {
  dns: true,
  connect: true,
  reset: true,
  tls: true,
  certificate: true,
  timeout: true,
  redirect: true,
  protocol: true,
  size: true,
  encoding: true,
  status: true,
  header: true,
  body: true,
  json: true,
  assertion: true,
  element: true,
  navigation: true,
  dependency: true,
  // The target spoke for itself.
  blocked: false,
  // The journey had done what users do; what failed is our own tidying.
  cleanup: false,
  // Judged by what Redis holds.
  silent: false,
  // It worked.
  slow: false,
  vital: false,
  // Ours already.
  proxy: false,
  script: false,
  secret: false,
  browser: false,
  crash: false,
  killed: false,
  memory: false,
  vantage: false,
} satisfies Record<Reason, boolean>;

/** None of a vantage's control targets answers. */
export interface ControlTrouble {
  /** `host:port` of each. */
  readonly targets: readonly string[];
  /** What each of them came to. */
  readonly why: string;
}

/** Asks control targets. Disposing it ends what is under way; nobody is called ill by it then. */
export interface Control extends AsyncDisposable {
  /**
   * Asks a vantage's control targets through its egress, all at once, unless that is under way or was done less than
   * a second ago. Whatever HTTP answer one gives is enough. Never rejects, and ends within 1.2 s.
   * @returns `undefined` when one answers, or when there is none to ask
   */
  look(around: Pick<Surroundings, 'landscape' | 'vantage'>): Promise<ControlTrouble | undefined>;
}

/** @param now a clock that only goes forward, milliseconds */
export function createControl({ now = () => performance.now() }: { readonly now?: () => number } = {}): Control {
  const http = createHttpEngine();
  const looks = new WeakMap<object, { readonly trouble: Promise<ControlTrouble | undefined>; endedAt?: number }>();
  let stopping = false;

  /** What a target came to; `undefined` when it answered, or when nothing is known of it. */
  async function ask(address: string, around: Surroundings): Promise<string | undefined> {
    const result = await http.run(taskOf(address), around);
    const failed = result.outcome === 'fail' || result.reason === 'proxy' || result.reason === 'vantage';
    return result.status === undefined && failed && !stopping ? result.message : undefined;
  }

  async function askAll(addresses: readonly string[], around: Surroundings): Promise<ControlTrouble | undefined> {
    const answered = Promise.withResolvers<undefined>();
    const all = addresses.map(async (address) => {
      const why = await ask(address, around);
      if (why === undefined) answered.resolve(undefined);
      return why;
    });
    // The first answer is enough: one that hangs is not waited for.
    const whys = await Promise.race([Promise.all(all), answered.promise]);
    if (whys === undefined || whys.includes(undefined)) return undefined;
    return { targets: addresses.map((address) => nameOf(peerOf(new URL(address)))), why: whys.join('; ') };
  }

  return {
    look({ landscape, vantage }) {
      if (vantage?.control === undefined || stopping) return Promise.resolve(undefined);
      const last = looks.get(vantage);
      if (last !== undefined && (last.endedAt === undefined || now() - last.endedAt < freshMs)) return last.trouble;
      const trouble = askAll(vantage.control, { ...bare, landscape, vantage });
      const look: { trouble: typeof trouble; endedAt?: number } = { trouble };
      looks.set(vantage, look);
      void trouble.then(() => {
        look.endedAt = now();
      });
      return trouble;
    },
    [Symbol.asyncDispose]() {
      stopping = true;
      return http[Symbol.asyncDispose]();
    },
  };
}

/**
 * An engine whose failed runs are broken, reason `vantage`, when no control target of their vantage answers either.
 * A run that ends in time and does not fail never asks. Disposing it disposes the engine within.
 */
export function withControl(engine: Engine, control: Control): Engine {
  return {
    async run(task, around) {
      if (around.vantage?.control === undefined) return engine.run(task, around);
      let looking: ReturnType<Control['look']> | undefined;
      const look = () => {
        looking ??= control.look(around);
        return looking;
      };
      // A run that meets its deadline has no time left to be asked about afterwards.
      const timer = setTimeout(() => void look(), task.check.probe.timeoutMs);
      try {
        const result = await engine.run(task, around);
        if (result.outcome !== 'fail' || result.reason === undefined || !byIllNetwork[result.reason]) return result;
        const trouble = await look();
        return trouble === undefined ? result : illAt(result, trouble);
      } finally {
        clearTimeout(timer);
      }
    },
    [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose](),
  };
}

/** What was seen, told as the vantage's doing. Nobody else is suspect then. */
function illAt({ suspect: _, ...seen }: Result, { targets, why }: ControlTrouble): Result {
  const which = targets.length === 1 ? `control target ${targets[0]} fails` : `${targets.length} control targets fail`;
  const shown = why.length > whyCharsMax ? `${why.slice(0, whyCharsMax)}…` : why;
  const itself = `${seen.outcome}/${seen.reason}: ${seen.message ?? ''}`;
  const message = `the vantage is ill, not the target: its ${which} too (${shown}); the run itself ended as ${itself}`;
  return { ...seen, outcome: 'broken', reason: 'vantage', message: message.slice(0, messageCharsMax) };
}

const bare = {
  secret: () => undefined,
  keepArtifact: () => Promise.resolve(undefined),
  bundle: () => Promise.reject(new Error('a control target has no bundle')),
};

function taskOf(address: string) {
  const variant = { key: '', values: {} };
  const probe: HttpProbe = {
    id: 'vantage/control',
    system: 'vantage',
    kind: 'http',
    schedule: { everyMs: freshMs },
    from: [],
    variants: [variant],
    timeoutMs: lookMsMax,
    severity: 'info',
    dependsOn: [],
    source: { file: 'landscape.ts', line: 1 },
    requests: {
      '': {
        url: address,
        method: 'HEAD',
        headers: {},
        redirects: 0,
        http2: false,
        expect: { status: ['1xx', '2xx', '3xx', '4xx', '5xx'], header: {}, json: {} },
      },
    },
  };
  const check = { id: probe.id, probe, variant, vantage: '' };
  return { check, cause: 'manual', scheduledAt: Date.now(), plan: '' } as const;
}
