import type { PageDescription } from './page-description.ts';
import { escapeHtml, slugOf, type SiteTemplate, type Teaser } from './site-template.ts';
import { siteTemplates } from './site-templates.ts';
import { tongues, type Tongue } from './tongues.data.ts';

/** The HTML and the address of a described page. */
export function buildPage(page: PageDescription): { html: string; url: string } {
  const tongue = tongues[page.tongue]!;
  const url = `https://${tongue.host}${page.path}`;
  if (page.document !== undefined) return { html: page.document, url };
  const site: SiteTemplate = siteTemplates[page.site];
  const frame = {
    tongue,
    documentTitle: page.title === '' ? tongue.site : `${page.title} - ${tongue.site}`,
    head: headOf(page, tongue, url),
    main: contentOf(page, site, tongue),
    popular: teasers(tongue, page.popular ?? 5, 3),
    headerLogin: page.headerLogin ?? false,
  };
  return { html: site.page(frame), url };
}

function contentOf(page: PageDescription, site: SiteTemplate, tongue: Tongue): string {
  const headline = page.headline === null ? undefined : (page.headline ?? page.title);
  const own = `${site.paragraphs(page.text ?? [])}${page.html ?? ''}`;
  const head = own === '' && headline === undefined ? '' : site.content(headline, own);
  if (!page.list) return head;
  const { count, from = 0, style = {} } = page.list;
  const entries = teasers(tongue, count, from);
  const groups = page.groups ?? 1;
  const size = Math.ceil(count / groups);
  const lists = Array.from({ length: groups }, (_, i) => {
    const heading = groups > 1 ? `<h2>${escapeHtml(tongue.sections[i % tongue.sections.length]!)}</h2>` : '';
    return heading + site.cards(entries.slice(i * size, (i + 1) * size), style, tongue);
  });
  return head + lists.join('\n');
}

/** Entries of a list: the paper's stories from one of them on, over and over. */
function teasers({ stories, dates, sections }: Tongue, count: number, from: number): Teaser[] {
  return Array.from({ length: count }, (_, i) => {
    const at = (from + i) % stories.length;
    const [headline, text] = stories[at]!.split('|') as [string, string];
    const href = `/${slugOf(sections[at % sections.length]!)}/${slugOf(headline)}-${4_100 + at}`;
    return { headline, text, date: dates[i % dates.length]!, href };
  });
}

function headOf(page: PageDescription, tongue: Tongue, url: string): string {
  const lines: string[] = [];
  const meta = (name: string, content: string): void => {
    lines.push(
      `<meta ${name.includes(':') ? 'property' : 'name'}="${name}" content="${escapeHtml(content.replaceAll('URL', url))}">`,
    );
  };
  if (page.ogType !== undefined) {
    meta('og:type', page.ogType);
    meta('og:title', page.title || tongue.site);
    meta('og:site_name', tongue.site);
    meta('og:url', url);
  }
  for (const [name, content] of Object.entries(page.meta ?? {})) meta(name, content);
  for (const node of page.jsonLd ?? []) {
    const json = JSON.stringify({ '@context': 'https://schema.org', ...node }).replaceAll('"URL"', JSON.stringify(url));
    lines.push(`<script type="application/ld+json">${json}</script>`);
  }
  if (page.head !== undefined) lines.push(page.head);
  return lines.join('\n');
}
