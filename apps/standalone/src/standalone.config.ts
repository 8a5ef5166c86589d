import { z } from 'zod';
import {
  adminKeySetting,
  defineSettings,
  flag,
  loadSettings,
  processEnvironment,
  type SettingValues,
} from '@newsmill/service/command';

export const standaloneSettings = defineSettings({
  dataDir: {
    env: 'NEWSMILL_DATA_DIR',
    schema: z.string(),
    default: '.newsmill',
    doc: 'Folder of the embedded database and the generated key.',
  },
  sample: {
    env: 'NEWSMILL_SAMPLE',
    schema: flag,
    default: 'true',
    doc: 'Whether the sample news site is served on loopback and taken in.',
  },
});

/** Settings of the commands that speak to a running service. */
export const commandSettings = defineSettings({
  url: {
    env: 'NEWSMILL_URL',
    schema: z.url({ protocol: /^https?$/, error: 'must be an http address' }).optional(),
    doc: 'Where the fetcher listens, for `newsmill sources`. Default: the standalone that runs on this machine.',
  },
  adminKey: adminKeySetting,
});

export type StandaloneSettings = SettingValues<typeof standaloneSettings>;

/** @throws SettingsError */
export function loadStandaloneSettings(): StandaloneSettings {
  return loadSettings(standaloneSettings, processEnvironment());
}

/** @throws SettingsError */
export function loadCommandSettings(): SettingValues<typeof commandSettings> {
  return loadSettings(commandSettings, processEnvironment());
}

/** Whether npm or npx started this process: by way of a shell that ends without passing signals on. */
export function isStartedByNpm(): boolean {
  return processEnvironment().npm_lifecycle_event !== undefined;
}
