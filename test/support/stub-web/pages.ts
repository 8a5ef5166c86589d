import type { Site } from './site.ts';
import { type Article, versionAt } from './story.ts';

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

/** An article's page at a time. `looks`: how often it was asked for, for what changes at each look. */
export function articlePage(
  site: Site,
  article: Article,
  { at, variant, looks }: { at: number; variant: 'full' | 'amp' | 'print'; looks: number },
): string {
  const { headline, paragraphs, kind, at: since } = versionAt(article, at);
  const path = article.moves && at >= article.moves.at ? article.moves.path : article.path;
  const published = new Date(article.publishedAt).toISOString();
  // A correction is dated; an edit in silence is not, and a churning page is dated anew at each look.
  const modified = article.fate === 'churning' ? at : kind === 'correction' ? since : article.publishedAt;
  const churn = article.fate === 'churning' && variant === 'full';
  const body = `<article><h1>${escape(headline)}</h1>
<p class="byline">By <a rel="author" href="/staff">The ${site.index} Desk</a></p>
${paragraphs.map((paragraph) => `<p>${escape(paragraph)}</p>`).join('\n')}
</article>`;
  const charset = site.charset.by === 'meta' ? `<meta charset="${site.charset.name}">` : '';
  const robots = article.keptOut && article.number % 2 === 1 ? '<meta name="robots" content="noarchive">' : '';
  const head = `${charset}${robots}<title>${escape(headline)}</title>
<link rel="canonical" href="${site.origin}${path}">
<meta property="og:type" content="article"><meta property="og:title" content="${escape(headline)}">
<meta property="article:published_time" content="${published}">
<meta property="article:modified_time" content="${new Date(modified).toISOString()}">`;
  if (variant === 'print') return `<!doctype html><html lang="en"><head>${head}</head><body>${body}</body></html>`;
  const amp = variant === 'full' ? `<link rel="amphtml" href="${site.origin}/amp${path}">` : '';
  return `<!doctype html><html lang="en"${variant === 'amp' ? ' amp' : ''}><head>${head}${amp}</head><body>
<nav><a href="/">Home</a> <a href="/sport">Sport</a> <a href="/weather">Weather</a></nav>
${churn ? `<aside class="ad" id="slot-${looks}">Advertisement ${looks}: soap for ${looks % 9} crowns</aside>` : ''}
${body}
<footer>${churn ? `<span class="views">${1000 + looks} views</span>` : ''} Site ${site.index} of the stub web</footer>
</body></html>`;
}

export function homePage(site: Site, newest: readonly Article[]): string {
  const types = { rss: 'rss+xml', atom: 'atom+xml', rdf: 'rdf+xml', 'json-feed': 'feed+json' } as const;
  const links = site.entrances.map(({ format, url, namedBy }) =>
    namedBy === 'home-page' && format in types
      ? `<link rel="alternate" type="application/${types[format as keyof typeof types]}" title="News" href="${new URL(url).pathname}">`
      : '',
  );
  const list = newest.map(
    ({ listedUrl, versions }) => `<li><a href="${escape(listedUrl)}">${escape(versions[0]!.headline)}</a>`,
  );
  return `<!doctype html><html lang="en"><head><title>Site ${site.index}</title>
${links.join('')}</head><body><h1>Site ${site.index}</h1><ul>${list.join('\n')}</ul></body></html>`;
}
