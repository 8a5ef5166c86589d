/**
 * The chart's `values.yaml` as a release has it: with the registry and repository of the release's images, so that it installs
 * without naming them. Everything else stays as it is, comments too.
 * @param images where they are, without the name of a service: `ghcr.io/owner/repository`
 * @throws Error when that names no registry, or the values have no place for it
 */
export function releasedValues(values: string, images: string): string {
  const [, registry, repository] = /^([\w-]+[.:][\w.:-]*)\/([a-z0-9][\w./-]*)$/.exec(images) ?? [];
  if (registry === undefined || repository === undefined)
    throw new Error(`"${images}" is no registry with a repository`);
  const [block] = /^image:\n(?: .*\n)+/m.exec(values) ?? [];
  if (block === undefined) throw new Error('the values have no image');
  const named = replaced(replaced(block, 'registry', registry), 'repository', repository);
  return values.replace(block, () => named);
}

function replaced(block: string, key: string, value: string): string {
  const line = new RegExp(`^  ${key}: .*$`, 'm');
  if (!line.test(block)) throw new Error(`image has no ${key}`);
  return block.replace(line, () => `  ${key}: ${value}`);
}
