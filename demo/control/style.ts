/**
 * The look of the control page.
 */
export const style = `
:root { color-scheme: light dark;
  --ground: light-dark(#f5f6f8, #12151a); --panel: light-dark(#fff, #1b2028); --ink: light-dark(#1d2430, #e6e9ef);
  --soft: light-dark(#5d6778, #98a2b3); --line: light-dark(#e0e4ea, #2d3440);
  --pass: light-dark(#1a7f4b, #4cc38a); --degraded: light-dark(#a86700, #f0b429); --fail: light-dark(#c62f2f, #ff7b72);
  --broken: light-dark(#7048b6, #b794f6); }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.45 system-ui, sans-serif; }
header, main { max-width: 78rem; margin: 0 auto; padding: 1rem; }
header { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; align-items: baseline; padding-bottom: 0; }
h1 { margin: 0; font-size: 1.35rem; } h2 { margin: 0 0 .75rem; font-size: 1rem; } h3 { margin: 1.1rem 0 .4rem; font-size: .8rem; color: var(--soft); font-weight: 600; }
header nav { margin-left: auto; display: flex; gap: 1rem; } a { color: inherit; }
main { display: grid; gap: 1rem; grid-template-columns: minmax(0, 1fr); }
@media (min-width: 62rem) { main { grid-template-columns: minmax(0, 1fr) 23rem; align-items: start; } }
section { background: var(--panel); border: 1px solid var(--line); border-radius: .9rem; padding: 1.1rem; margin: 0 0 1rem; }
.verdicts { display: grid; gap: 0 1rem; } @media (min-width: 44rem) { .verdicts { grid-template-columns: 1fr 1fr; } }
.verdict { font-size: 1.15rem; font-weight: 600; margin-bottom: .5rem; }
p { margin: 0; } .soft { color: var(--soft); }
.signals { display: flex; flex-wrap: wrap; gap: .4rem 1rem; padding: 0; margin: 0; list-style: none; }
.dot { display: inline-block; width: .7em; height: .7em; border-radius: 50%; background: currentColor; margin-right: .4em; }
.pass { color: var(--pass); } .degraded { color: var(--degraded); } .fail { color: var(--fail); } .broken { color: var(--broken); }
.signals span:last-child { color: var(--ink); }
.wrong { list-style: none; margin: 0; padding: 0; } .wrong li { padding: .65rem 0 .65rem .9rem; border-left: 3px solid currentColor; margin-bottom: .6rem; }
.wrong li:last-child { margin: 0; } .wrong strong, .wrong p { color: var(--ink); } .wrong p.soft { color: var(--soft); font-size: .88rem; overflow-wrap: anywhere; }
.pill { display: inline-block; font-size: .8rem; font-weight: 650; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th { text-align: left; font-weight: 600; color: var(--soft); padding: .3rem .75rem .3rem 0; } thead th { border-bottom: 1px solid var(--line); white-space: nowrap; }
td { padding: .3rem .75rem .3rem 0; white-space: nowrap; font-variant-numeric: tabular-nums; } tbody tr + tr > * { border-top: 1px solid var(--line); }
tbody th { color: var(--ink); font-weight: 500; }
.fault { display: grid; grid-template-columns: 1fr auto; gap: .1rem .75rem; padding: .6rem 0; align-items: start; } .fault + .fault { border-top: 1px solid var(--line); }
.fault p { grid-column: 1; font-size: .85rem; } .fault button { grid-column: 2; grid-row: 1 / span 2; min-width: 5rem; min-height: 2.25rem; border-radius: 99px; border: 1px solid var(--line); background: transparent; color: inherit; font: inherit; font-weight: 600; cursor: pointer; }
.fault.on button { background: var(--fail); border-color: var(--fail); color: light-dark(#fff, #12151a); } button:focus-visible { outline: 2px solid var(--ink); outline-offset: 2px; }
`;
