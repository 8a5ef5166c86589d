import { execFile } from 'node:child_process';
import { rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Row } from '../row.ts';
import { noDeadLetters } from './07-database-killed.ts';

const run = promisify(execFile);

/** PostgreSQL's disk, small and in memory. */
const SIZE_MB = 400;

/** The database's disk is full: it refuses or ends, stages wait, and all goes on when there is room again. */
export const diskFull: Row = {
  id: '13',
  fault: 'the disk of PostgreSQL is full',
  articles: { short: 300, full: 2_000 },
  boundMs: { short: 240_000, full: 300_000 },
  deployment: {
    databaseVolume: {
      mount: (folder) => run('mount', ['-t', 'tmpfs', '-o', `size=${SIZE_MB}m,mode=0755`, 'chaos', folder]),
      unmount: (folder) => run('umount', [folder]),
    },
  },
  inject: async ({ deployment, evidence, flow, strike }) => {
    const filler = join(deployment.databaseFolder, 'filler');
    await flow(40);
    await strike('fault', async () => {
      const { bavail, bsize } = await statfs(deployment.databaseFolder);
      await writeFile(filler, Buffer.alloc(bavail * bsize)).catch(() => undefined);
    });
    await sleep(30_000);
    const answers = await deployment.query('SELECT 1').then(
      () => true,
      () => false,
    );
    evidence.figures['PostgreSQL on a full disk'] = answers ? 'goes on' : 'has ended';
    await rm(filler);
    if (!answers) {
      await deployment.killPostgres().catch(() => undefined);
      await deployment.startPostgres();
    }
  },
  verify: noDeadLetters,
};
