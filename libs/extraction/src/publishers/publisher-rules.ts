import { PublisherError, type Publisher } from './publisher.js';

/** The rules of many publishers, found by the address of a page. */
export class PublisherRules {
  private readonly byHost = new Map<string, readonly Publisher[]>();

  /**
   * @param own rules that take the place of built-in ones: for a host that they name, nothing built in counts
   * @throws PublisherError when two rules claim a host for the same day
   */
  constructor(builtIn: readonly Publisher[], own: readonly Publisher[] = []) {
    for (const layer of [builtIn, own]) for (const [host, rules] of groupByHost(layer)) this.byHost.set(host, rules);
  }

  /** How many hosts are ruled. */
  get size(): number {
    return this.byHost.size;
  }

  /**
   * The rules for a page. They describe markup, so the day on which it was fetched decides which are valid, not the day
   * on which the article was published. Without that day the newest markup is supposed.
   * @param url absolute address of the page
   * @param fetchedAt RFC 3339
   */
  find(url: string, fetchedAt?: string): Publisher | undefined {
    const labels = (URL.parse(url)?.hostname ?? '').split('.');
    for (let i = 0; i + 1 < labels.length; i++) {
      const rules = this.byHost.get(labels.slice(i).join('.'));
      if (rules) return rules.find((rule) => isValid(rule, fetchedAt));
    }
    return undefined;
  }
}

/** The latest rules of each host first. */
function groupByHost(publishers: readonly Publisher[]): Map<string, Publisher[]> {
  const groups = new Map<string, Publisher[]>();
  for (const publisher of publishers) {
    for (const host of publisher.hosts) {
      const group = groups.get(host) ?? [];
      const rival = group.find((other) => overlap(other, publisher));
      if (rival)
        throw new PublisherError([
          `hosts: "${host}" is claimed by "${rival.name}" and "${publisher.name}" for the same days: set validUntil and validFrom`,
        ]);
      groups.set(host, [...group, publisher]);
    }
  }
  for (const group of groups.values()) group.sort((a, b) => (firstDay(a) < firstDay(b) ? 1 : -1));
  return groups;
}

const BEGINNING = '0000-01-01';
const END = '9999-12-31';

function firstDay({ validFrom = BEGINNING }: Publisher): string {
  return validFrom;
}

function lastDay({ validUntil = END }: Publisher): string {
  return validUntil;
}

function overlap(a: Publisher, b: Publisher): boolean {
  return firstDay(a) <= lastDay(b) && firstDay(b) <= lastDay(a);
}

function isValid(publisher: Publisher, fetchedAt: string | undefined): boolean {
  const time = fetchedAt === undefined ? Number.NaN : Date.parse(fetchedAt);
  const day = Number.isNaN(time) ? END : new Date(time).toISOString().slice(0, 10);
  return firstDay(publisher) <= day && day <= lastDay(publisher);
}
