import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { fetcherDatabase } from '../fetcher.database.js';
import { SIGNATURE_WINDOW_S } from './signature.js';

/**
 * The signatures that have been taken, until none of their age would be. Kept in the database, so that every instance
 * knows them and a restart forgets none.
 */
@Injectable()
export class ReplayCache {
  constructor(@InjectDataSource(fetcherDatabase.schema) private readonly database: DataSource) {}

  /** Whether this signature is seen for the first time; of two at once, only one is. */
  async isNew(keyId: string, signature: string): Promise<boolean> {
    // Twice the window on both sides of now, as instances' clocks may differ.
    const rows = await this.database.query<unknown[]>(
      `INSERT INTO push_signature (key_id, signature, expires_at)
       VALUES ($1, decode($2, 'hex'), now() + make_interval(secs => $3))
       ON CONFLICT DO NOTHING RETURNING key_id`,
      [keyId, signature, 4 * SIGNATURE_WINDOW_S],
    );
    return rows.length > 0;
  }
}
