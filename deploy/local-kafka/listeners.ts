import { hold, release } from './ports.ts';

/** A further way into the broker, beside the plain one. */
export interface ListenerOptions {
  readonly protocol: 'PLAINTEXT' | 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL';
  /** Address to listen on. Default: 127.0.0.1. */
  readonly address?: string;
  /** Name that clients are told to come to. Default: localhost. */
  readonly host?: string;
  /** Kafka's settings of this listener, without their prefix `listener.name.<name>.`. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A user that may log in with SCRAM. */
export interface ScramUser {
  readonly mechanism: 'SCRAM-SHA-256' | 'SCRAM-SHA-512';
  readonly name: string;
  readonly password: string;
}

/** A listener with the port that it was given. */
export interface Listener extends ListenerOptions {
  readonly name: string;
  readonly port: number;
}

/** Gives each listener a free port. */
export async function placeListeners(wanted: Readonly<Record<string, ListenerOptions>>): Promise<Listener[]> {
  const held = await Promise.all(Object.entries(wanted).map(async (entry) => [...entry, await hold(0)] as const));
  return Promise.all(held.map(async ([name, options, server]) => ({ ...options, name, port: await release(server) })));
}

/** Adds the listeners to the settings of a broker. */
export function withListeners(
  settings: Readonly<Record<string, string | number | boolean>>,
  listeners: readonly Listener[],
): Record<string, string | number | boolean> {
  const added = (setting: string, entryOf: (listener: Listener) => string): Record<string, string> => ({
    [setting]: [String(settings[setting]), ...listeners.map(entryOf)].join(','),
  });
  return {
    ...settings,
    ...added('listeners', ({ name, port, address = '127.0.0.1' }) => `${name.toUpperCase()}://${address}:${port}`),
    ...added('advertised.listeners', ({ name, port, host = 'localhost' }) => `${name.toUpperCase()}://${host}:${port}`),
    ...added('listener.security.protocol.map', ({ name, protocol }) => `${name.toUpperCase()}:${protocol}`),
    ...Object.fromEntries(
      listeners.flatMap(({ name, settings: own = {} }) =>
        Object.entries(own).map(([key, value]) => [`listener.name.${name.toLowerCase()}.${key}`, value]),
      ),
    ),
  };
}

/** Options of `StorageTool format` that make the users. */
export function scramOptions(users: readonly ScramUser[]): string[] {
  return users.flatMap(({ mechanism, name, password }) => [
    '--add-scram',
    `${mechanism}=[name=${name},password=${password}]`,
  ]);
}
