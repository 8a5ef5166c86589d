import type { Feed } from '../entities/feed.entity.js';
import type { DiscoveryState, Source } from '../entities/source.entity.js';
import type { SourceFeed } from '../entities/source-feed.entity.js';
import type { DiscoveryStep } from './discovery.js';
import type { FeedKind, Origin } from './source-declaration.js';

/** A source as the API and the command show it. Times are RFC 3339, in UTC. */
export interface SourceView {
  id: string;
  name: string;
  home?: string;
  origin: Origin;
  /** `searching`: its feeds have not been looked for yet; `following`: it has feeds that are polled. */
  state: 'paused' | 'searching' | 'following' | 'nothing' | 'failed';
  feeds: SourceFeedView[];
  /** Of a source whose feeds are looked for. */
  discovery?: {
    /** How the last search ended. */
    state?: DiscoveryState;
    error?: string;
    /** Searches in a row that found nothing. */
    failures: number;
    at?: string;
    nextAt?: string;
  };
  /** What the last search looked at; of a single source. */
  steps?: DiscoveryStep[];
  createdAt: string;
  updatedAt: string;
}

export interface SourceFeedView {
  url: string;
  kind: FeedKind;
  format?: string;
  title?: string;
  /** Whether it is polled. */
  active: boolean;
  /** Named by the source itself, and not found. */
  declared: boolean;
  /** The one that is followed in its place. */
  sameAs?: string;
  /** Polls in a row that failed. */
  failures?: number;
}

export function viewOf(source: Source, has: readonly SourceFeed[], polled: ReadonlyMap<string, Feed>): SourceView {
  const { id, name, home, origin, createdAt, updatedAt } = source;
  return {
    id,
    name,
    ...(home !== null && { home }),
    origin,
    state: stateOf(source, has),
    feeds: has.map((feed) => feedView(feed, polled.get(feed.url))),
    ...(source.discovers && { discovery: discoveryOf(source) }),
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}

function stateOf({ paused, discoveryState }: Source, has: readonly SourceFeed[]): SourceView['state'] {
  if (paused) return 'paused';
  if (has.some(({ followed }) => followed)) return 'following';
  return discoveryState === null || discoveryState === 'found' ? 'searching' : discoveryState;
}

function discoveryOf(source: Source): NonNullable<SourceView['discovery']> {
  const { discoveryState, discoveryError, discoveryFailures, discoveredAt, discoveryDueAt, paused } = source;
  return {
    ...(discoveryState !== null && { state: discoveryState }),
    ...(discoveryError !== null && { error: discoveryError }),
    failures: discoveryFailures,
    ...(discoveredAt !== null && { at: discoveredAt.toISOString() }),
    ...(discoveryDueAt !== null && !paused && { nextAt: discoveryDueAt.toISOString() }),
  };
}

function feedView(
  { url, kind, format, title, declared, sameAs }: SourceFeed,
  polled: Feed | undefined,
): SourceFeedView {
  const active = polled?.active ?? false;
  return {
    url,
    kind,
    ...(format !== null && { format }),
    ...(title !== null && { title }),
    active,
    declared,
    ...(sameAs !== null && { sameAs }),
    ...(active && polled !== undefined && { failures: polled.failures }),
  };
}
