/**
 * `npm run build`: compiles src/ and workers/ into dist/ for the published package, where Node strips no types.
 */
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
// Leftovers of removed files would be published.
rmSync(new URL('../dist', import.meta.url), { recursive: true, force: true });
try {
  execFileSync('tsc', ['-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' });
} catch {
  process.stderr.write('dist/ is not usable: correct the type errors above, then build again\n');
  process.exitCode = 1;
}
