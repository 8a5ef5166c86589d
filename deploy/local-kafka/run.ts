/**
 * `npm run kafka`: Apache Kafka on this machine, in the foreground, for development.
 *
 *     node deploy/local-kafka/run.ts [--port 9092] [--data-dir .newsmill/kafka] [--brokers 1|3]
 */
import { parseArgs } from 'node:util';
import { startLocalKafka } from './local-kafka.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '9092' },
    'data-dir': { type: 'string', default: '.newsmill/kafka' },
    brokers: { type: 'string', default: '1' },
  },
});
const port = Number(values.port);
if (!Number.isInteger(port) || port < 1 || port > 65_535) fail(`--port ${values.port} is not a port (1 to 65535)`);
if (values.brokers !== '1' && values.brokers !== '3') fail(`--brokers ${values.brokers} is neither 1 nor 3`);

const stopRequested = Promise.withResolvers<'stop'>();
process.on('SIGINT', () => stopRequested.resolve('stop'));
process.on('SIGTERM', () => stopRequested.resolve('stop'));

try {
  const kafka = await startLocalKafka({
    port,
    dataDir: values['data-dir'],
    brokers: values.brokers === '3' ? 3 : 1,
    log: (line) => console.log(line),
  });
  console.log(`Kafka is ready at ${kafka.brokers.join(',')} (data in ${values['data-dir']}). Ctrl-C stops it.`);
  const alive = setInterval(() => undefined, 60_000);
  const reason = await Promise.race([stopRequested.promise, kafka.crashed]);
  if (reason === 'stop') console.log('stopping Kafka');
  await kafka.stop();
  clearInterval(alive);
  if (reason !== 'stop') fail(reason);
} catch (error) {
  fail(error instanceof Error ? error.message : String(error));
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
