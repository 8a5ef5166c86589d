import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** One setting: its environment variable, meaning and default. */
export interface Setting<Schema extends z.ZodType = z.ZodType> {
  env: string;
  /** Reads the text of the variable. */
  schema: Schema;
  /** Text that is read when the variable is absent or empty. Without one the setting is required. */
  default?: string;
  doc: string;
  /** Never printed or logged; may come from the file named by `<env>_FILE`. */
  secret?: boolean;
}

export type Settings = Readonly<Record<string, Setting>>;

export type SettingValues<S extends Settings> = { readonly [Name in keyof S]: z.output<S[Name]['schema']> };

/** Environment variables, or what stands in for them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Keeps the exact types of the definitions. */
export function defineSettings<const S extends Settings>(settings: S): S {
  return settings;
}

/** Every setting that is missing or wrong, by name. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';

  constructor(readonly problems: readonly string[]) {
    super(`settings: ${problems.join('; ')}`);
  }
}

/**
 * Reads settings from the environment.
 * @throws SettingsError that tells every problem at once.
 */
export function loadSettings<S extends Settings>(settings: S, environment: Environment): SettingValues<S> {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries(settings)) {
    try {
      values[name] = readSetting(setting, environment);
    } catch (error) {
      problems.push((error as Error).message);
    }
  }
  if (problems.length > 0) throw new SettingsError(problems);
  return values as SettingValues<S>;
}

function readSetting(setting: Setting, environment: Environment): unknown {
  const text = rawValue(setting, environment) ?? setting.default;
  if (text === undefined) {
    if (setting.schema.safeParse(undefined).success) return undefined;
    throw new Error(`${setting.env} is not set: ${setting.doc}`);
  }
  const read = setting.schema.safeParse(text);
  if (read.success) return read.data;
  const shown = setting.secret ? '(hidden)' : JSON.stringify(text);
  throw new Error(`${setting.env} is ${shown}: ${read.error.issues.map(({ message }) => message).join(', ')}`);
}

function rawValue(setting: Setting, environment: Environment): string | undefined {
  const value = environment[setting.env];
  if (value) return value;
  const file = setting.secret ? environment[`${setting.env}_FILE`] : undefined;
  if (!file) return undefined;
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new Error(`${setting.env}_FILE is "${file}": cannot be read (${(error as NodeJS.ErrnoException).code})`, {
      cause: error,
    });
  }
}

/** Whole number between two bounds. */
export function wholeNumber(min: number, max: number): z.ZodType<number> {
  return z.coerce
    .number('must be a number')
    .int('must be a whole number')
    .min(min, `must be at least ${min}`)
    .max(max, `must be at most ${max}`);
}

/** `true`, `false`, `1`, `0`, `yes`, `no`. */
export const flag = z.stringbool({ error: 'must be true or false' });

/** Comma-separated list; empty text is the empty list. */
export const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);
