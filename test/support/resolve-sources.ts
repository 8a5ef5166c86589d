/**
 * Lets plain Node run the sources of the workspace's libraries without a build: imports by package name go to
 * `src`, and `./x.js` in a TypeScript file goes to `./x.ts`. Jest does this for test files, but not for its global setup.
 */
import { registerHooks } from 'node:module';

registerHooks({
  resolve(specifier, context, next) {
    if (specifier.startsWith('@newsmill/')) {
      return next(specifier, { ...context, conditions: [...context.conditions, '@newsmill/source'] });
    }
    const fromSource = context.parentURL?.endsWith('.ts') && /^\.{1,2}\//.test(specifier);
    return next(fromSource ? specifier.replace(/\.js$/, '.ts') : specifier, context);
  },
});
