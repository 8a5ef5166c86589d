import type { Topic } from './topic.js';
import { articleOutcomes } from './topics/article-outcomes.js';
import { articleChanges, articleState } from './topics/article-public.js';
import { articleEnriched, articleParsed } from './topics/article-versions.js';
import { linkDiscovered } from './topics/link-discovered.js';
import { pageFetched } from './topics/page-fetched.js';
import { replayStarted } from './topics/replay-started.js';

/** Every topic of newsmill in the order in which an article passes them; what is told beside the way stands last. */
export const topics: readonly Topic[] = [
  linkDiscovered,
  pageFetched,
  articleParsed,
  articleEnriched,
  articleOutcomes,
  articleChanges,
  articleState,
  replayStarted,
];
