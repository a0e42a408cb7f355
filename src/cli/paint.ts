/**
 * Colour for what people read: only on a terminal, and not where NO_COLOR is set.
 */
import { styleText } from 'node:util';
import type { Outcome } from '../result/result.ts';

type Style = Parameters<typeof styleText>[0];

function painter(style: Style) {
  return (text: string, stream: NodeJS.WriteStream = process.stdout) =>
    styleText(style, text, { stream, validateStream: true });
}

/** Styles by meaning. */
export const paint = {
  good: painter('green'),
  warn: painter('yellow'),
  bad: painter('red'),
  ours: painter('magenta'),
  strong: painter('bold'),
  faint: painter('dim'),
};

/** How an outcome looks: a sign, so that colour is never the only difference, and its colour. */
export const outcomeLook = {
  pass: { sign: '✓', paint: paint.good },
  degraded: { sign: '~', paint: paint.warn },
  fail: { sign: '✗', paint: paint.bad },
  broken: { sign: '!', paint: paint.ours },
} as const satisfies Record<Outcome, { sign: string; paint: (text: string) => string }>;
