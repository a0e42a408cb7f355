/**
 * This package's own name and version.
 */
import { createRequire } from 'node:module';

const { version } = createRequire(import.meta.url)('vedette/package.json') as { version: string };

/** Version of Vedette, as published. */
export const packageVersion = version;
