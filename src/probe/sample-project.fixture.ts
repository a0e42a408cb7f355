/**
 * Probe projects on disk, for tests.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A landscape with the systems shop and payment, the vantages fra and par, and one secret. Line 3 is its project. */
export const LANDSCAPE = `import { landscape } from 'vedette';
export default landscape({
  project: 'shop',
  teams: { web: {} },
  systems: { shop: { owner: 'web' }, payment: { owner: 'web' } },
  vantages: { fra: { country: 'DE', network: 'one' }, par: { country: 'FR', network: 'two' } },
  secrets: { SHOP_PASSWORD: 'signs in' },
});`;

/** A folder for projects, gone with the test. */
export class ProjectFolder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'vedette-project-'));

  /** Writes a project of these files, by name, and returns its folder. */
  write(name: string, files: Readonly<Record<string, string>>): string {
    const root = join(this.path, name);
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), text);
    }
    return root;
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** A file with one definition, an option a line: the first option stands in line 3. */
export function http(...options: string[]): string {
  return `import { http, secret } from 'vedette';\nexport default http('shop/ID', {\n${options.map((o) => `  ${o},`).join('\n')}\n});\n`;
}
export function journey(...options: string[]): string {
  return http(...options)
    .replace('http,', 'journey,')
    .replace('http(', 'journey(')
    .replace('});', '}, async () => {});');
}
export function heartbeat(...options: string[]): string {
  return http(...options)
    .replace('http,', 'heartbeat,')
    .replace('http(', 'heartbeat(');
}
export const URL_LINE = "url: 'https://shop.example/'";
export const EVERY = "every: '60s'";
