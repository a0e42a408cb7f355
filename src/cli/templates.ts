/**
 * The text of new files: a probe of each kind, and a small project around them.
 */
import type { Kind } from '../probe/definition.ts';

/** Source text of a new probe. `url` is where it looks; a heartbeat does not look. */
export type ProbeTemplate = (id: string, url: string) => string;

const http: ProbeTemplate = (id, url) => `import { http } from 'vedette';

export default http(${quote(id)}, {
  url: ${quote(url)},
  every: '30s',
  timeout: '5s',
  slow: '1s',
  expect: { status: 200 },
});
`;

const journey: ProbeTemplate = (id, url) => `import { expect, journey } from 'vedette';

export default journey(${quote(id)}, { every: '5m', timeout: '30s', slow: '10s' }, async ({ page, step }) => {
  await step('open the page', () => page.goto(${quote(url)}));
  await step('see its heading', () => expect(page.getByRole('heading').first()).toBeVisible());
});
`;

const heartbeat: ProbeTemplate = (id) => `import { heartbeat } from 'vedette';

// The outside system reports with: POST /api/heartbeats/${id}
export default heartbeat(${quote(id)}, { every: '24h', grace: '30m' });
`;

/** One template per kind. */
export const probeTemplates = { http, journey, heartbeat } satisfies Record<Kind, ProbeTemplate>;

/** Text of `landscape.ts` for a project that watches one host. */
export function landscapeTemplate(project: string, host: string): string {
  return `import { landscape } from 'vedette';

const ours = landscape({
  project: ${quote(project)},
  teams: { web: { label: 'Web' } },
  systems: {
    example: { label: 'Example', owner: 'web', hosts: [${quote(host)}] },
  },
  // The places from which we look; VEDETTE_VANTAGE says which one a process is.
  vantages: {
    // Add control: 'https://…', something that answers whatever happens here: it tells our trouble from theirs.
    here: { label: 'This machine', country: 'DE', network: 'here' },
  },
});

export default ours;

// With this an editor knows the names above: systems in ids and dependsOn, vantages in from.
declare module 'vedette' {
  interface Register {
    landscape: typeof ours;
  }
}
`;
}

/** Text of a new project's README. */
export function readmeTemplate(project: string): string {
  return `# ${project}: probes

\`\`\`sh
npx vedette validate                     # check all probes; nothing is run
npx vedette run probes/example           # run them here and now
npx vedette start                        # run them on schedule, everything on this machine
npx vedette new journey example/search   # a new probe from a template
npx vedette doctor                       # what is found, what is missing, what to do
\`\`\`

\`probes/landscape.ts\` says which systems there are, who owns them and from where we look. Every other file under
\`probes/\` is a probe: a folder per system, a probe per file.
`;
}

/** Text of a new project's \`tsconfig.json\`: for the editor; nothing is compiled. */
export const tsconfigText = `${JSON.stringify(
  {
    compilerOptions: {
      target: 'es2024',
      lib: ['es2024', 'dom'],
      module: 'nodenext',
      strict: true,
      noEmit: true,
      erasableSyntaxOnly: true,
      skipLibCheck: true,
    },
    include: ['probes'],
  },
  null,
  2,
)}\n`;

export const gitignoreText = 'node_modules/\nvar/\n';

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
