import type { PageMetadata } from '../metadata/page-metadata.js';

/** Signs in the page's tags that a text is for subscribers alone, in the languages of news. */
const SUBSCRIBERS_ONLY =
  /subscribers?[-_ ]?(?:only|exclusive)|exclusive[-_ ](?:to|for)[-_ ]subscribers|nur[-_ ]für[-_ ]abonnenten|réservé[-_ ]aux[-_ ]abonnés|solo[-_ ](?:para[-_ ])?(?:suscriptores|abbonati)|exclusivo[-_ ](?:para[-_ ])?(?:assinantes|suscriptores)|alleen[-_ ]voor[-_ ]abonnees|有料会員限定|会員限定/i;

/**
 * True when the publisher marks the text as for subscribers alone (`article:content_tier` locked, or a tag that says
 * so): then what the page shows is what it publishes, whatever its scripts hold.
 */
export function isLocked({ meta }: PageMetadata): boolean {
  if (meta.get('article:content_tier')?.some((tier) => tier.toLowerCase() === 'locked')) return true;
  return ['article:tag', 'keywords', 'news_keywords'].some((name) =>
    meta.get(name)?.some((value) => SUBSCRIBERS_ONLY.test(value)),
  );
}
