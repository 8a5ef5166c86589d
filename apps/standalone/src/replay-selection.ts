import type { articleEnriched, EventOf, pageFetched } from '@newsmill/contracts';

/** A page or a version of an article, told by what it has. */
type Event = Partial<EventOf<typeof pageFetched>> & Partial<EventOf<typeof articleEnriched>>;

/**
 * Whether an event is about one of `names`: a host (with its subdomains), a publisher, or the id of an article, a page or
 * a receipt, or the publisher's own. No names: every event.
 */
export function isAbout(names: readonly string[]): (event: unknown) => boolean {
  if (names.length === 0) return () => true;
  const hosts = names.map((name) => name.toLowerCase());
  return (event) => {
    const { ids, urls } = identityOf(event as Event);
    if (names.some((name) => ids.includes(name))) return true;
    return urls.map(hostOf).some((host) => hosts.some((name) => host === name || host.endsWith(`.${name}`)));
  };
}

function identityOf(event: Event): { ids: (string | undefined)[]; urls: string[] } {
  const { record } = event;
  if (record === undefined) {
    const { receiptId, pageId, publisher, guid, origin, url } = event;
    return { ids: [receiptId, pageId, publisher, guid, origin?.source], urls: url ? [url.original, url.final] : [] };
  }
  const { original, final, canonical } = record.x.url;
  const own = (record.altIds ?? []).filter(({ role }) => role === 'guid').map(({ value }) => value);
  const publishers = (record.infoSources ?? []).map(({ name }) => name);
  return {
    ids: [event.receiptId, event.articleId, record.x.acquisition.source, ...own, ...publishers],
    urls: [original, final, canonical],
  };
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname : '';
}
