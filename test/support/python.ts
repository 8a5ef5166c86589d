import { spawnSync } from 'node:child_process';
import { isRequired, python } from './real-parts.config.ts';

/**
 * Why tests that need Python must be skipped, or undefined when it runs. Says so on the console; throws when
 * `NEWSMILL_TEST_REQUIRE` names `python`.
 * @param modules that must be there to import
 */
export function pythonUnavailable(...modules: string[]): string | undefined {
  const program = [
    'import sys',
    'assert sys.version_info >= (3, 10), sys.version',
    ...modules.map((name) => `import ${name}`),
  ];
  const { status, error, stderr } = spawnSync(python(), ['-c', program.join('\n')], { encoding: 'utf8' });
  if (status === 0) return undefined;
  const reason = `${python()}: ${error?.message ?? stderr.trim().split('\n').at(-1)}`;
  if (isRequired('python')) throw new Error(`NEWSMILL_TEST_REQUIRE names python. ${reason}`);
  console.warn(`SKIPPED, Python is not available. ${reason}`);
  return reason;
}
