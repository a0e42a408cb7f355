/**
 * The control page: on one side what Vedette sees and what the shop's own monitoring says, on the other the faults.
 */
import { html, raw } from 'hono/html';
import { formatDuration } from '../../src/base/time.ts';
import type { Result } from '../../src/result/result.ts';
import { isBad, type Sight } from '../watch.ts';
import type { FaultState, Health } from './control.ts';
import { style } from './style.ts';

/** All that the page shows. */
export interface ControlView {
  readonly faults: readonly FaultState[];
  readonly sights: readonly Sight[];
  readonly health: readonly Health[];
  readonly shopUrl: string;
  readonly metricsUrl: string;
  /** Epoch ms. */
  readonly now: number;
}

type Markup = ReturnType<typeof html>;

/** How often the page asks for news, milliseconds. */
const refreshMs = 2_000;

const dot = (outcome: string) => html`<span class="dot ${outcome}"></span>`;

/** What users see, as one sentence. */
function headline(sights: readonly Sight[]): string {
  if (sights.length === 0) return 'No result yet. The first ones come within 20 seconds of the start.';
  const count = (outcome: Result['outcome']) => sights.filter(({ result }) => result.outcome === outcome).length;
  const parts = (['fail', 'degraded', 'broken'] as const).filter((outcome) => count(outcome) > 0);
  if (parts.length === 0) return `All ${sights.length} checks pass.`;
  return `Of ${sights.length} checks, ${parts.map((outcome) => `${count(outcome)} ${outcome}`).join(', ')}.`;
}

/** Where a group of checks of one probe stands: `de, fr from fra` for each set of variants. */
function places(group: readonly Sight[]): string {
  const byVantage = Map.groupBy(group, ({ result }) => result.vantage);
  const parts = [...byVantage].map(([vantage, sights]) => {
    const variants = sights.map(({ result }) => result.variant).filter((variant) => variant !== '');
    return variants.length === 0 ? `from ${vantage}` : `${variants.join(', ')} from ${vantage}`;
  });
  return parts.join(' · ');
}

/** Checks of one probe that fail in one way, with the evidence of the latest. */
function wrong(group: readonly Sight[], now: number): Markup {
  const [latest] = group.toSorted((a, b) => b.result.startedAt - a.result.startedAt);
  if (latest === undefined) return html``;
  const { probe, outcome, reason, step, message, suspect, sourceLine } = latest.result;
  const since = Math.min(...group.map((sight) => sight.since));
  return html`<li class="${outcome}">
    <p><span class="pill ${outcome}">${outcome} · ${reason}</span> <strong>${probe}</strong>
    <span class="soft">${places(group)}, since ${formatDuration(Math.max(0, now - since))}</span></p>
    ${step === undefined ? '' : html`<p>at “${step}”${suspect === undefined ? '' : html`, suspect: ${suspect}`}</p>`}
    ${message === undefined ? '' : html`<p class="soft">${message.slice(0, 220)}</p>`}
    ${sourceLine === undefined ? '' : html`<p class="soft"><code>${sourceLine.file}:${sourceLine.line} ${sourceLine.text.trim()}</code></p>`}
  </li>`;
}

/** Checks as a table: a row for each probe and variant, a column for each vantage. */
function matrix(sights: readonly Sight[]): Markup {
  const vantages = [...new Set(sights.map(({ result }) => result.vantage))].sort();
  const rows = Map.groupBy(sights, ({ result }) =>
    result.variant === '' ? result.probe : `${result.probe}[${result.variant}]`,
  );
  const cell = (found: Sight | undefined) =>
    found === undefined
      ? html`<td class="soft">·</td>`
      : html`<td>${dot(found.result.outcome)}${formatDuration(found.result.durationMs)}${
          isBad(found.result.outcome) ? html` <span class="${found.result.outcome}">${found.result.reason}</span>` : ''
        }</td>`;
  return html`<div class="scroll"><table>
<thead><tr><th>Probe</th>${vantages.map((vantage) => html`<th>${vantage}</th>`)}</tr></thead>
<tbody>${[...rows].map(
    ([name, row]) =>
      html`<tr><th scope="row">${name}</th>${vantages.map((vantage) => cell(row.find(({ result }) => result.vantage === vantage)))}</tr>`,
  )}</tbody></table></div>`;
}

/** The part of the page that changes by itself. */
export function seenFragment({ sights, health, now }: ControlView): Markup {
  const bad = sights.filter(({ result }) => isBad(result.outcome));
  const groups = Map.groupBy(bad, ({ result: { probe, outcome, reason, step } }) =>
    [probe, outcome, reason, step].join(),
  );
  const sick = health.filter(({ ok }) => !ok);
  const verdict = sick.length === 0 ? 'Everything is fine.' : `Not well: ${sick.map(({ name }) => name).join(', ')}.`;
  return html`<div class="verdicts">
<section><h2>What users see, says Vedette</h2><p class="verdict" role="status">${headline(sights)}</p></section>
<section><h2>What the shop's own monitoring says</h2><p class="verdict">${verdict}</p>
<ul class="signals">${health.map(({ name, ok }) => html`<li>${dot(ok ? 'pass' : 'fail')}<span>${name}</span></li>`)}</ul></section></div>
${bad.length === 0 ? '' : html`<section><h2>Now</h2><ul class="wrong">${[...groups.values()].map((group) => wrong(group, now))}</ul></section>`}
<section><h2>All checks</h2>${sights.length === 0 ? html`<p class="soft">None has run yet.</p>` : matrix(sights)}</section>`;
}

function faultRow({ name, title, description, on }: FaultState): Markup {
  return html`<form class="fault ${on ? 'on' : ''}" method="post" action="/faults/${name}">
    <strong>${title}</strong><p class="soft">${description}</p>
    <input type="hidden" name="on" value="${on ? '0' : '1'}"><button aria-label="${on ? 'Mend' : 'Break'}: ${title}">${on ? 'Mend' : 'Break'}</button>
  </form>`;
}

const refresh = `
const seen = document.getElementById('seen');
setInterval(async () => {
  const answer = await fetch('/seen').catch(() => undefined);
  if (answer?.ok) seen.innerHTML = await answer.text();
}, ${refreshMs});
`;

/** The whole page. */
export function controlPage(view: ControlView): Markup {
  const hidden = view.faults.filter((fault) => fault.hidden);
  const plain = view.faults.filter((fault) => !fault.hidden);
  return html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Vedette demo</title><link rel="icon" href="data:,"><style>${raw(style)}</style>
<noscript><meta http-equiv="refresh" content="5"></noscript></head>
<body>
<header><h1>Vedette demo</h1><p class="soft">Break something, and see who notices.</p>
<nav><a href="${view.shopUrl}">The shop</a><a href="${view.metricsUrl}">Metrics</a></nav></header>
<main>
<div id="seen">${seenFragment(view)}</div>
<section><h2>Faults</h2>
<h3>Hidden: the shop's own monitoring stays green</h3>${hidden.map(faultRow)}
<h3>Plain: the shop's own monitoring sees them too</h3>${plain.map(faultRow)}</section>
</main>
<script>${raw(refresh)}</script>
</body></html>`;
}
