import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Environment } from '@newsmill/service';
import type { Fields } from './helm.ts';

/** Where the chart's pods find files. */
const FOLDER = '/etc/newsmill';

/** What a Secret or ConfigMap holds, by its name and key. */
export type Contents = (name: string, key: string) => string;

/** The environment that Kubernetes gives a container, with its files in a folder of this machine. */
export class ContainerEnvironment {
  readonly environment: Environment;
  private readonly folder = mkdtempSync(join(tmpdir(), 'newsmill-pod-'));

  constructor(pod: Fields, contents: Contents) {
    for (const [file, content] of filesOf(pod, contents)) {
      const path = join(this.folder, file);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content, { mode: 0o400 });
    }
    const environment: Record<string, string> = {};
    for (const { name, value, valueFrom } of pod.containers[0].env as Fields[]) {
      const { name: secret, key } = valueFrom?.secretKeyRef ?? {};
      const text = valueFrom === undefined ? expanded(value, environment) : contents(secret, key);
      environment[name] = text.replaceAll(FOLDER, this.folder);
    }
    this.environment = environment;
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Files of a pod's volumes, by their path below {@link FOLDER}. */
function filesOf(pod: Fields, contents: Contents): [string, string][] {
  const { volumeMounts } = pod.containers[0];
  return (volumeMounts as Fields[])
    .filter(({ mountPath }) => mountPath.startsWith(FOLDER))
    .flatMap(({ name, mountPath }) => {
      const volume = (pod.volumes as Fields[]).find((candidate) => candidate.name === name);
      if (volume === undefined) throw new Error(`${mountPath} mounts ${name}, which is no volume`);
      const source = volume.secret?.secretName ?? volume.configMap?.name;
      const items: Fields[] = volume.secret?.items ?? volume.configMap?.items ?? [{ key: '*', path: '*' }];
      return items.flatMap(({ key, path }) => {
        const content = contents(source, key);
        const whole: Record<string, string> = key === '*' ? JSON.parse(content) : { [path]: content };
        return Object.entries(whole).map(([file, text]): [string, string] => [
          join(mountPath.slice(FOLDER.length), file),
          text,
        ]);
      });
    });
}

/** `$(NAME)` stands for a variable that was given before, `$$(` for itself. */
function expanded(value: string, before: Readonly<Record<string, string>>): string {
  return value.replace(/(\$\$|\$)\(([A-Za-z0-9_]{0,64})(\)?)/g, (whole, dollars: string, name: string, end: string) => {
    if (dollars === '$$') return `$(${name}${end}`;
    return end === ')' && before[name] !== undefined ? before[name] : whole;
  });
}
