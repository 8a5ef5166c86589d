import type { DynamicModule } from '@nestjs/common';
import type { Stage, Writer } from '@newsmill/stage';
import type { ServiceDatabase } from './database.js';
import type { MetricDefinition } from './metric-definition.js';
import type { ServiceSettings } from './service.config.js';
import type { Settings, SettingValues } from './settings.js';

/** One service: what it is called, how it is set, which stages it hosts, and its Nest module. */
export interface ServiceDefinition<S extends Settings = Settings> {
  readonly name: string;
  readonly description: string;
  readonly settings: S;
  readonly stages: readonly Stage[];
  /** What it writes to topics beside its stages: doors and outboxes. */
  readonly writers?: readonly Writer[];
  /** What it tells beside the metrics that every service has. */
  readonly metrics?: Readonly<Record<string, MetricDefinition>>;
  /** The Postgres schema it owns, if it keeps state. */
  readonly database?: ServiceDatabase;
  /** Problems of its settings that no single one shows, each naming a variable. */
  check?(settings: SettingValues<S>): string[];
  register(settings: SettingValues<S> & ServiceSettings): DynamicModule;
}

/** Erases the settings' types so that services can stand in one list; the runtime gives each its own values. */
export function defineService<const S extends Settings>(definition: ServiceDefinition<S>): ServiceDefinition {
  return definition;
}
