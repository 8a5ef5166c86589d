/** Runs the model on a script of examples/conformance: NDJSON on stdin, the model on stdout. */
import { createInterface } from 'node:readline';
import { Model, type PublicRecord } from './model.ts';

let model = new Model();
for await (const line of createInterface({ input: process.stdin })) {
  const step = JSON.parse(line) as PublicRecord | { restart: true };
  if ('restart' in step) model = Model.load(model.save());
  else model.apply(step);
}
process.stdout.write(`${model.toJson()}\n`);
