import { join, resolve } from 'node:path';

const projectRoot = resolve(import.meta.dirname, '../..');

/** Where downloads are kept between runs: `NEWSMILL_CACHE_DIR`, else a folder that `npm ci` clears. */
export function cacheDir(): string {
  return resolve(projectRoot, process.env['NEWSMILL_CACHE_DIR'] || 'node_modules/.cache/newsmill');
}

/** The Java of `JAVA_HOME`, else the one in the PATH. */
export function javaProgram(): string {
  const home = process.env['JAVA_HOME'];
  return home ? join(home, 'bin', 'java') : 'java';
}
