/**
 * The import arrow: base ← probe ← result ← {schedule | run | incident} ← paging ← web ← cli ← workers.
 * A row per layer and a row per vendor; the rules are made from them.
 */

/** Layers from left to right; those in one row are siblings, which never import one another. */
const layers = [
  ['src/base'],
  ['src/probe'],
  ['src/result'],
  ['src/schedule', 'src/run', 'src/incident'],
  ['src/paging'],
  ['src/web'],
  ['src/cli'],
  ['workers'],
];

/** Where a vendor may be imported as a value; `import type` is free everywhere. */
const vendors = {
  undici: ['src/run/http/'],
  socks: ['src/run/http/'],
  'playwright(-core)?': ['src/run/journey/', 'src/index.ts', 'src/probe/'],
  'prom-client': ['src/result/'],
  bullmq: ['src/schedule/', 'src/paging/'],
  ioredis: ['src/base/redis.ts'],
  esbuild: ['src/probe/'],
  commander: ['src/cli/', 'demo/'],
};

const test = String.raw`\.test\.ts$|\.types\.test\.ts$`;

const layerRules = layers
  .flatMap((row, rank) =>
    row.map((layer) => ({
      name: `arrow-${layer.replace('src/', '')}`,
      comment: `${layer}/ may import only itself and what stands left of it (docs: the import arrow)`,
      severity: 'error',
      from: { path: `^${layer}/` },
      to: {
        path: layers
          .flatMap((other, at) => (at >= rank ? other : []))
          .filter((l) => l !== layer)
          .map((l) => `^${l}/`),
      },
    })),
  )
  .filter((rule) => rule.to.path.length > 0);

const vendorRules = Object.entries(vendors).map(([vendor, homes]) => ({
  name: `vendor-${vendor.replace(/\W.*/, '')}`,
  comment: `${vendor} is imported as a value only in ${homes.join(', ')}; import type is free`,
  severity: 'error',
  from: { path: '^(src|workers|probes|demo|scripts)/', pathNot: [test, ...homes.map((home) => `^${home}`)] },
  to: {
    path: `(^|node_modules/)${vendor}(/|$)`,
    pathNot: '^(src|workers|probes|demo|scripts)/',
    dependencyTypesNot: ['type-only'],
  },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...layerRules,
    ...vendorRules,
    {
      name: 'public-surface',
      comment: 'src/index.ts is what probes import; the program itself imports the file that it means',
      severity: 'error',
      from: { path: '^(src|workers)/', pathNot: test },
      to: { path: '^src/index\\.ts$' },
    },
    {
      name: 'product-only',
      comment: 'src/ and workers/ ship; probes, demo, bench, tests, scripts and dashboards do not',
      severity: 'error',
      from: { path: '^(src|workers)/', pathNot: test },
      to: { path: '^(probes|demo|bench|tests|scripts|dashboards)/' },
    },
    {
      name: 'probes-import-vedette',
      comment: 'a probe imports only vedette and what lies in probes/',
      severity: 'error',
      from: { path: '^probes/', pathNot: test },
      to: { pathNot: ['^probes/', '^src/index\\.ts$'] },
    },
    {
      name: 'no-cycle',
      comment: 'two files that need each other are one subject, or a third one is missing',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'resolvable',
      comment: 'an import leads nowhere',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'declared',
      comment: 'a package is used that package.json does not declare',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
  ],
  options: {
    // TypeScript 7 has no parser for other tools.
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      conditionNames: ['vedette-source', 'import', 'node', 'default', 'types'],
      exportsFields: ['exports'],
      extensions: ['.ts', '.js', '.mjs', '.json', '.d.ts'],
    },
  },
};
