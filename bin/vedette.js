#!/usr/bin/env node
// Starts Vedette. Plain JavaScript for any Node from 20 on: where Node is older than Vedette needs, it goes on
// in the one that the node package brings along.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const nodeMajorMin = 24;
const sources = new URL('../src/cli/main.ts', import.meta.url);
const compiled = new URL('../dist/src/cli/main.js', import.meta.url);
// The published package holds no src/; in the repository the sources are what counts, built or not.
const fromSources = existsSync(sources);
const main = fromSources ? sources : compiled;
const flags = fromSources ? ['--conditions=vedette-source'] : [];
const isOld = Number.parseInt(process.versions.node, 10) < nodeMajorMin;

if (!isOld && flags.every((flag) => process.execArgv.includes(flag))) {
  await import(main.href);
} else {
  restart(isOld ? newerNode() : process.execPath);
}

function newerNode() {
  try {
    const path = createRequire(import.meta.url).resolve('node/bin/node');
    if (existsSync(path)) return path;
  } catch {
    // Told below, together with what to do.
  }
  process.stderr.write(
    `vedette needs Node ${nodeMajorMin} or newer; this is ${process.version}, and the node package that would bring one is not installed.\n` +
      'Install a newer Node, or run npm rebuild node.\n',
  );
  process.exit(2);
}

function restart(node) {
  const child = spawn(node, [...flags, fileURLToPath(main), ...process.argv.slice(2)], { stdio: 'inherit' });
  // A terminal's Ctrl-C reaches the child by itself; a signal sent to this process alone has to be handed on.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.once('error', (error) => {
    process.stderr.write(`vedette cannot start ${node}: ${error.message}\n`);
    process.exit(2);
  });
  child.once('exit', (code, signal) => process.exit(signal === null ? code : 128 + (signal === 'SIGINT' ? 2 : 15)));
}
