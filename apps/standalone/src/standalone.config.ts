import { z } from 'zod';
import { defineSettings, flag, loadSettings, processEnvironment, type SettingValues } from '@newsmill/service/command';

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

export type StandaloneSettings = SettingValues<typeof standaloneSettings>;

/** @throws SettingsError */
export function loadStandaloneSettings(): StandaloneSettings {
  return loadSettings(standaloneSettings, processEnvironment());
}

/** Whether npm or npx started this process: by way of a shell that ends without passing signals on. */
export function isStartedByNpm(): boolean {
  return processEnvironment().npm_lifecycle_event !== undefined;
}
