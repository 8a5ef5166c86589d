import { isHashedKey } from '@newsmill/service/hashed-keys';
import type { ProblemDetails } from '@newsmill/service/problem';
import { DataFolder } from '../data-folder.js';
import { loadCommandSettings, loadStandaloneSettings } from '../standalone.config.js';
import { CommandError } from './command-error.js';

/** Milliseconds for an answer: a search through a site takes its time. */
const TIMEOUT_MS = 150_000;

/** The admin API of a running service, spoken to over HTTP. */
export class AdminApi {
  private constructor(
    private readonly url: string,
    private readonly key: string,
  ) {}

  /**
   * The service that NEWSMILL_URL names, with the key of NEWSMILL_ADMIN_KEY; or else the standalone on this machine.
   * @throws CommandError that says what is missing
   */
  static async open(): Promise<AdminApi> {
    const { url, adminKey } = loadCommandSettings();
    const key = adminKey.find((entry) => !isHashedKey(entry));
    if (url !== undefined) {
      if (key === undefined)
        throw new CommandError('set NEWSMILL_ADMIN_KEY to an admin key of the fetcher (not its hash)', 2);
      return new AdminApi(url, key);
    }
    const folder = new DataFolder(loadStandaloneSettings().dataDir);
    const running = await folder.running();
    if (running === undefined) {
      throw new CommandError(
        `no fetcher at hand: set NEWSMILL_URL to where it listens, or run "newsmill up" (no standalone runs in ${folder.path})`,
      );
    }
    return new AdminApi(running.url, key ?? (await folder.adminKey()).key);
  }

  /** @throws CommandError with what the service says is wrong */
  async ask<T>(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<T> {
    const response = await this.send(method, path, body);
    const text = await response.text();
    if (response.ok) return (text === '' ? undefined : JSON.parse(text)) as T;
    throw new CommandError(explained(response.status, text));
  }

  private async send(method: string, path: string, body: unknown): Promise<Response> {
    const url = new URL(`${this.url.replace(/\/$/, '')}${path}`);
    try {
      return await fetch(url, {
        method,
        headers: {
          authorization: `Bearer ${this.key}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
    } catch (error) {
      const { message, cause } = error as Error;
      throw new CommandError(`${url.origin}: ${cause instanceof Error ? cause.message : message}`);
    }
  }
}

function explained(status: number, text: string): string {
  try {
    const { detail, errors = [] } = JSON.parse(text) as ProblemDetails;
    const fields = errors.map((field) => `${field.pointer.slice(1).replaceAll('/', '.')} ${field.detail}`);
    return [detail, ...fields].join('; ');
  } catch {
    return `answered with status ${status}: is it a fetcher of newsmill?`;
  }
}
