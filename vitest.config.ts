import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const conditions = ['vedette-source', 'node', 'import', 'module', 'default'];
const shared = {
  alias: { vedette: fileURLToPath(new URL('./src/index.ts', import.meta.url)) },
  // What tests start by process.execPath inherits these: there, too, vedette means the sources.
  execArgv: ['--conditions=vedette-source'],
  pool: 'forks' as const,
  testTimeout: 30_000,
  hookTimeout: 60_000,
  exclude: ['**/node_modules/**', '**/dist/**', 'var/**'],
};

/** Tests of the whole that start few processes. */
const light = '{mistakes,pack}.test.ts';

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          ...shared,
          name: 'parts',
          include: ['{src,workers,demo,scripts,bench,dashboards}/**/*.test.ts', `tests/${light}`],
        },
      },
      {
        extends: true,
        // These start many processes each: one file at a time, after the parts.
        test: {
          ...shared,
          name: 'whole',
          include: ['tests/**/*.test.ts'],
          exclude: [...shared.exclude, `tests/${light}`],
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
