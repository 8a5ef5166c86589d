import { startStubWeb, type StubWebOptions } from './stub-web.ts';

// node test/support/stub-web/serve.ts '<options as JSON>': a stub web as a process of its own, until SIGTERM.
const web = await startStubWeb(JSON.parse(process.argv[2] ?? '{}') as StubWebOptions);
process.stdout.write(`${JSON.stringify({ port: web.port, startAt: web.shape.startAt })}\n`);
process.once('SIGTERM', () => void web.close().then(() => process.exit(0)));
