/**
 * `npm test`: what is needed, then types, lint, import arrow, dead code and every test. All of them run even
 * when one fails, so that one look shows everything; the last line counts.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Step {
  readonly title: string;
  readonly command: readonly [string, ...string[]];
}

const steps: readonly Step[] = [
  { title: 'types', command: ['tsc', '-p', '.'] },
  { title: 'lint', command: ['biome', 'check', '.'] },
  { title: 'promises', command: ['oxlint', '--type-aware', '--deny-warnings'] },
  { title: 'import arrow', command: ['npm', 'run', '--silent', 'arrow'] },
  { title: 'dead code', command: ['knip'] },
];

/** Exit code of a command that shares this terminal; 1 when it cannot be started or a signal ends it. */
function run([program, ...args]: Step['command']): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: 'inherit' });
    child.once('error', (error) => {
      process.stderr.write(`${program}: ${error.message}\n`);
      resolve(1);
    });
    child.once('close', (code) => resolve(code ?? 1));
  });
}

interface Counts {
  readonly passed: number;
  readonly failed: number;
}

/** Counts of vitest's report; a report that is missing, or holds no test, is a failure of its own. */
function countsOf(report: string, code: number): Counts {
  try {
    const { numPassedTests, numFailedTests, numFailedTestSuites } = JSON.parse(readFileSync(report, 'utf8')) as {
      numPassedTests: number;
      numFailedTests: number;
      numFailedTestSuites: number;
    };
    const failed = Math.max(numFailedTests, numFailedTestSuites, code === 0 ? 0 : 1);
    return numPassedTests === 0 ? { passed: 0, failed: Math.max(failed, 1) } : { passed: numPassedTests, failed };
  } catch {
    return { passed: 0, failed: 1 };
  }
}

const setup = await run(['node', '--conditions=vedette-source', 'scripts/setup.ts', '--test', '--quiet']);
if (setup !== 0) process.exit(setup);

const failedSteps: string[] = [];
for (const { title, command } of steps) {
  process.stdout.write(`\n── ${title}\n`);
  const started = performance.now();
  if ((await run(command)) !== 0) failedSteps.push(title);
  else process.stdout.write(`ok, ${((performance.now() - started) / 1_000).toFixed(1)}s\n`);
}

process.stdout.write('\n── tests\n');
const folder = mkdtempSync(join(tmpdir(), 'vedette-test-'));
const report = join(folder, 'report.json');
const code = await run([
  'vitest',
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${report}`,
  ...process.argv.slice(2),
]);
const tests = countsOf(report, code);
rmSync(folder, { recursive: true, force: true });

if (failedSteps.length > 0) process.stdout.write(`\nfailed: ${failedSteps.join(', ')}\n`);
const passed = tests.passed + steps.length - failedSteps.length;
const failed = tests.failed + failedSteps.length;
process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
