/**
 * Preloaded with `node --import`: when the process ends, the packages that it has loaded are written to standard error,
 * one line, `loaded-packages:` and a JSON list of their names.
 */
import { registerHooks } from 'node:module';

const loaded = new Set<string>();

registerHooks({
  load(url, context, next) {
    const [, name] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url) ?? [];
    if (name !== undefined) loaded.add(name);
    return next(url, context);
  },
});

process.on('exit', () => process.stderr.write(`loaded-packages:${JSON.stringify([...loaded])}\n`));
