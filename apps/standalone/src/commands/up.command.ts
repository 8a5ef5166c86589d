import { Command } from 'commander';
import type { Standalone } from '../standalone.js';

/** `newsmill up` */
export function upCommand(): Command {
  return new Command('up')
    .description('run all four services in this process on an embedded PostgreSQL')
    .action(async () => {
      const { closeOnSignal, processEnvironment } = await import('@newsmill/service');
      const { isStartedByNpm, loadStandaloneSettings } = await import('../standalone.config.js');
      if (isStartedByNpm()) endWithParent();
      const { startStandalone } = await import('../standalone.js');
      const standalone = await startStandalone({
        settings: loadStandaloneSettings(),
        environment: processEnvironment(),
        tell: (line) => process.stdout.write(`newsmill: ${line}\n`),
      });
      closeOnSignal(async () => {
        process.stdout.write('newsmill: stopping\n');
        await standalone.close();
        process.stdout.write('newsmill: stopped; everything is kept\n');
      });
      process.stdout.write(`${welcome(standalone)}\n`);
    });
}

/** Takes the end of the parent as SIGTERM: of `kill <npm>` nothing else arrives here. */
function endWithParent(): void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, 500);
  timer.unref();
}

function welcome({ url, generatedKey, sampleOrigin }: Standalone): string {
  const isNew = generatedKey?.isNew === true;
  const known = generatedKey === undefined ? '<your NEWSMILL_API_KEY>' : '<the key printed at the first start>';
  const key = isNew ? generatedKey.key : known;
  return [
    '',
    `newsmill is up at ${url}`,
    ...(isNew ? [`  push key (shown this once): ${key}`] : []),
    `  articles   ${url}/v1/articles`,
    `  account    ${url}/v1/receipts`,
    `  health     ${url}/readyz   ${url}/metrics`,
    ...(sampleOrigin === undefined ? [] : [`  sample site ${sampleOrigin} (taken in by its feed)`]),
    '',
    `  curl ${url}/v1/articles -H 'authorization: Bearer ${key}' \\`,
    `    -H 'content-type: application/json' -d '{"url":"https://…"}'`,
    '',
  ].join('\n');
}
