import { execFile, spawnSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheDir, javaProgram } from './local-kafka.config.ts';

const run = promisify(execFile);

const minJava = 17;
const pom = join(import.meta.dirname, 'pom.xml');

/** The folder of the jars that `pom.xml` lists. Another list gets another folder. */
function jarsFolder(): string {
  const text = readFileSync(pom, 'utf8');
  const version = /<kafka\.version>(.+?)<\/kafka\.version>/.exec(text)?.[1] ?? 'unknown';
  const list = createHash('sha256').update(text).digest('hex').slice(0, 8);
  return join(cacheDir(), `kafka-${version}-${list}`);
}

/** What this machine lacks to run Kafka from its jars, or undefined when everything is there. */
export function localKafkaMissing(): string | undefined {
  const java = spawnSync(javaProgram(), ['-version'], { encoding: 'utf8' });
  if (java.error || java.status !== 0) {
    return `Java ${minJava} or later ("${javaProgram()} -version" does not run; install a JRE or set JAVA_HOME)`;
  }
  const version = Number(/version "(\d+)/.exec(java.stderr + java.stdout)?.[1]);
  if (version < minJava) return `Java ${minJava} or later ("${javaProgram()}" is version ${version})`;
  if (existsSync(jarsFolder())) return undefined;
  const maven = spawnSync('mvn', ['-v'], { encoding: 'utf8' });
  if (maven.error || maven.status !== 0) {
    return 'Maven ("mvn -v" does not run; it is needed once, to download Kafka)';
  }
  return undefined;
}

/** Kafka's class path; the jars are downloaded from Maven Central the first time (about 45 MB). */
export async function provideKafkaJars(log: (line: string) => void): Promise<string> {
  const folder = jarsFolder();
  if (!existsSync(folder)) await download(folder, log);
  return join(folder, '*');
}

async function download(folder: string, log: (line: string) => void): Promise<void> {
  log(`downloading Kafka's jars to ${folder}`);
  // The folder appears when it is whole: a download that was cut off is not taken for one.
  const draft = `${folder}.${randomUUID()}`;
  await mkdir(draft, { recursive: true });
  try {
    const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${draft}`];
    await run('mvn', ['--batch-mode', '--quiet', '--file', pom, ...goal], { maxBuffer: 16_000_000 });
    await rename(draft, folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error;
    });
  } catch (error) {
    const output = error instanceof Error && 'stdout' in error ? String(error.stdout).slice(-2_000) : String(error);
    throw new Error(`Maven could not download Kafka's jars (is Maven Central reachable?):\n${output}`, {
      cause: error,
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}
