/**
 * node test/support/parse-asyncapi.ts: reads an AsyncAPI document on stdin and writes what the official parser has to say
 * of it. A process of its own, since the parser's dependencies cannot be loaded by Jest's module loader.
 */
import { text } from 'node:stream/consumers';
import { Parser } from '@asyncapi/parser';

/** One finding of the parser; severity 0 is an error, 1 a warning, 2 a hint. */
export interface Finding {
  severity: number;
  code: string;
  path: string;
  message: string;
}

const { diagnostics } = await new Parser().parse(await text(process.stdin));
const findings = diagnostics.map(({ severity, code, path, message }): Finding => ({
  severity,
  code: String(code),
  path: path.join('/'),
  message,
}));
process.stdout.write(JSON.stringify(findings));
