/**
 * Checks a consumer against the scripts of this folder:
 *
 *   node examples/conformance/check.ts <command> [arguments…]
 *
 * The command gets a script on stdin and writes its model to stdout: see README.md beside this file.
 */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';

const FOLDER = import.meta.dirname;
const TIMEOUT_MS = 60_000;
const MOST_OUTPUT_BYTES = 16 * 1024 * 1024;

export interface Verdict {
  script: string;
  /** Absent when the model is as it should be. */
  fault?: string;
}

/** Names of the scripts, in their order. */
export const scripts: readonly string[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.ndjson'))
  .map((file) => file.slice(0, -'.ndjson'.length))
  .sort();

export function scriptText(script: string): string {
  return readFileSync(join(FOLDER, `${script}.ndjson`), 'utf8');
}

export function expectedModel(script: string): unknown {
  return JSON.parse(readFileSync(join(FOLDER, `${script}.expected.json`), 'utf8'));
}

/** Runs the command on one script. */
export async function checkScript(script: string, command: string, args: readonly string[]): Promise<Verdict> {
  try {
    const model: unknown = JSON.parse(await run(command, args, scriptText(script)));
    if (isDeepStrictEqual(model, expectedModel(script))) return { script };
    return { script, fault: `wrote ${JSON.stringify(model).slice(0, 2_000)}` };
  } catch (error) {
    return { script, fault: (error as Error).message };
  }
}

/** Runs the command on every script, one after another. */
export async function* checkConsumer(command: string, args: readonly string[]): AsyncGenerator<Verdict> {
  for (const script of scripts) yield checkScript(script, command, args);
}

function run(command: string, args: readonly string[], input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { timeout: TIMEOUT_MS, maxBuffer: MOST_OUTPUT_BYTES };
    const child = execFile(command, args, options, (error, out) => {
      if (error === null) resolve(out);
      else reject(new Error(error.message, { cause: error }));
    });
    // A command that does not read to the end tells so by what it writes.
    child.stdin!.on('error', () => undefined);
    child.stdin!.end(input);
  });
}

async function main([command, ...args]: string[]): Promise<void> {
  if (command === undefined) throw new Error('usage: node check.ts <command> [arguments…]');
  let failed = 0;
  for await (const { script, fault } of checkConsumer(command, args)) {
    if (fault !== undefined) failed += 1;
    process.stdout.write(fault === undefined ? `ok    ${script}\n` : `FAIL  ${script}: ${fault}\n`);
  }
  process.stdout.write(`${scripts.length - failed} of ${scripts.length} passed\n`);
  process.exitCode = failed === 0 ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv.slice(2));
