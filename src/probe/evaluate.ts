/**
 * Inside the child: a module's exports → written definitions. Functions of the variant are called here, once for
 * each variant, because only data can leave the child.
 */
import { asError } from '../base/errors.ts';
import type { Variant } from './definition.ts';
import { type Definition, isDefinition } from './dsl-value.ts';
import { unsendable } from './problem.ts';
import { isSecretReference } from './secret.ts';
import { expandVariants } from './variants.ts';
import { bundleScheme, type Made, type Oddity, type Written } from './written.ts';

/** Options of an http probe that may be functions of the variant. */
const PER_VARIANT = ['url', 'headers', 'query', 'json', 'form', 'body', 'auth', 'expect'] as const;

const depthMax = 30;
const thrownCharsMax = 300;
const namesMax = 20;

/** What a value is as data. Secrets become their placeholders; what is no data becomes an error that says so. */
function toPlain(value: unknown, above: readonly object[] = []): unknown {
  if (typeof value === 'function') return unsendable('a function');
  if (typeof value === 'bigint' || typeof value === 'symbol') return unsendable(`a ${typeof value}`);
  if (typeof value !== 'object' || value === null) return value;
  if (isSecretReference(value)) return String(value);
  if (value instanceof Promise) {
    // What becomes of it is not looked at; it must not count as an error that was left behind.
    value.catch(() => undefined);
    return unsendable('a promise');
  }
  if (value instanceof RegExp) return new RegExp(value.source, value.flags);
  if (above.includes(value)) return unsendable('an object that holds itself');
  if (above.length >= depthMax) return unsendable(`something nested deeper than ${depthMax}`);
  const within = [...above, value];
  if (Array.isArray(value)) return value.map((part) => toPlain(part, within));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype) {
    return unsendable(`an object of the class ${value.constructor?.name ?? 'unknown'}`);
  }
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, toPlain(part, within)]));
}

/** What an export is, for a message. */
function whatIs(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  if (Array.isArray(value)) return 'a list';
  if (value instanceof Promise) return 'a promise';
  return typeof value === 'object' ? 'an object' : `a ${typeof value === 'string' ? 'text' : typeof value}`;
}

/** The definitions that a module exports, and those it made but does not export. */
export function collect(
  exported: Readonly<Record<string, unknown>>,
  made: readonly Definition[],
): { found: { definition: Definition; export: string | undefined; listed: boolean }[]; oddities: Oddity[] } {
  const found = new Map<Definition, { export: string | undefined; listed: boolean }>();
  const oddities = new Map<string, Oddity>();
  const odd = (name: string, value: unknown) => {
    const names = typeof value === 'object' && value !== null ? Object.keys(value).slice(0, namesMax) : [];
    oddities.set(name, { export: name, what: whatIs(value), names });
  };
  const add = (definition: Definition, name: string, listed: boolean) => {
    if (!found.has(definition)) found.set(definition, { export: name, listed });
  };
  for (const [name, value] of Object.entries(exported)) {
    if (isDefinition(value)) add(value, name, false);
    else if (Array.isArray(value) && (name === 'default' || value.some(isDefinition))) {
      for (const part of value) isDefinition(part) ? add(part, name, true) : odd(name, part);
    } else if (name === 'default') odd(name, value);
  }
  for (const definition of made)
    if (!found.has(definition)) found.set(definition, { export: undefined, listed: false });
  return { found: [...found].map(([definition, how]) => ({ definition, ...how })), oddities: [...oddities.values()] };
}

/** Turns a definition into data. `devices` lists Playwright's devices; it is asked only where one is named. */
export function write(
  found: { definition: Definition; export: string | undefined; listed: boolean },
  devices: () => readonly string[],
): Written {
  const { definition } = found;
  const given = definition.options;
  const options: Record<string, unknown> =
    typeof given === 'object' && given !== null && !Array.isArray(given) ? { ...given } : {};
  const made: Record<string, readonly Made[]> = {};
  if (definition.vedette === 'http') {
    const { variants } = expandVariants(toPlain(options.variants));
    for (const name of PER_VARIANT) {
      const make = options[name];
      if (typeof make !== 'function') continue;
      made[name] = variants.map((variant) => call(make as (values: Variant['values']) => unknown, variant));
      delete options[name];
    }
  }
  const device = definition.vedette === 'journey' ? options.device : undefined;
  const known = typeof device === 'string' ? devices() : undefined;
  return {
    vedette: definition.vedette,
    export: found.export,
    listed: found.listed,
    id: toPlain(definition.id),
    script:
      typeof definition.script === 'function'
        ? 'function'
        : definition.script === undefined
          ? 'nothing'
          : 'no function',
    options: typeof given === 'object' && !Array.isArray(given) ? toPlain(options) : toPlain(given),
    made,
    ...(known === undefined || known.includes(String(device)) ? {} : { devices: known }),
    sites: definition.sites.filter((site) => site.url.startsWith(bundleScheme)),
  };
}

function call(make: (values: Variant['values']) => unknown, variant: Variant): Made {
  const missing = new Set<string>();
  const asked = new Proxy(variant.values, {
    get(values, name) {
      // JSON.stringify and await ask everything for these.
      if (typeof name === 'string' && !(name in values) && name !== 'toJSON' && name !== 'then') missing.add(name);
      return Reflect.get(values, name);
    },
  });
  try {
    const value = toPlain(make(asked));
    return { value, missing: [...missing] };
  } catch (error) {
    return { threw: asError(error).message.slice(0, thrownCharsMax) };
  }
}
