#!/usr/bin/env node
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

const built = new URL('../dist/cli.js', import.meta.url);

// A fresh clone has no build yet: make it once, telling on stderr, so that stdout stays the command's own.
if (!existsSync(built)) {
  process.stderr.write('newsmill: building once, this takes a moment\n');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const cwd = new URL('../../..', import.meta.url);
  const { status } = spawnSync(npm, ['run', '--silent', 'build'], { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) {
    process.stderr.write('newsmill: the build failed; run "npm run build" to see why\n');
    process.exit(1);
  }
}

// Compiled modules are kept for the next command, beside the modules: whoever can write there could change those as well.
// Where this process may not write it does without.
enableCompileCache(fileURLToPath(new URL('../../../node_modules/.cache/newsmill', import.meta.url)));

const { run } = await import(built.href);
await run(process.argv);
