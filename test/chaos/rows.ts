import type { Row } from './row.ts';
import { servicesKilled } from './rows/01-services-killed.ts';
import { brokerKilled } from './rows/04-broker-killed.ts';
import { databaseKilled } from './rows/07-database-killed.ts';
import { poison } from './rows/11-poison.ts';

/** The fault matrix. */
export const rows: readonly Row[] = [servicesKilled, brokerKilled, databaseKilled, poison];

/** For every change; the rest for releases. */
export const shortRows: readonly string[] = ['1', '4', '7', '11'];
