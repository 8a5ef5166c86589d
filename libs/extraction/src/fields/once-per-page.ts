import type { PageMetadata } from '../metadata/page-metadata.js';

/** Remembers what is read from a page's metadata for as long as they are held: several fields ask for it. */
export function oncePerPage<T>(read: (page: PageMetadata) => T): (page: PageMetadata) => T {
  const known = new WeakMap<PageMetadata, T>();
  return (page) => {
    let value = known.get(page);
    if (value === undefined) known.set(page, (value = read(page)));
    return value;
  };
}
