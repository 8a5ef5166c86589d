import { CanonicalPages } from './canonical-pages.js';

/** What leads a link to the page that stands for it. */
export const canonicalProviders = [CanonicalPages];
