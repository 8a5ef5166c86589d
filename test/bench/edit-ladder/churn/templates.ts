import type { Churn } from '../change.ts';
import { insertAt } from '../anchors.ts';
import { mapTags } from '../markup.ts';

const ATTRIBUTE = /\s+[^\s"'<>/=]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'=<>`]+))?/g;

/** The attributes of a tag in another order; a tag that repeats one stays, since the first counts. */
function reorder(tag: string, chance: { below(end: number): number }): string {
  const head = /^<[a-zA-Z][\w:-]*/.exec(tag)![0];
  const tail = /\s*\/?>$/.exec(tag)![0];
  const inner = tag.slice(head.length, tag.length - tail.length);
  const attributes = inner.match(ATTRIBUTE) ?? [];
  const names = attributes.map((one) => one.trim().split(/[\s=]/, 1)[0]!.toLowerCase());
  if (attributes.join('') !== inner || new Set(names).size < names.length) return tag;
  const turn = chance.below(attributes.length || 1);
  return head + [...attributes.slice(turn), ...attributes.slice(0, turn)].reverse().join('') + tail;
}

export const templates: readonly Churn[] = [
  { name: 'reordered attributes', visit: ({ html }, chance) => mapTags(html, (tag) => reorder(tag, chance)) },
  {
    name: 'class names of a new build',
    visit: ({ html }, chance) => {
      const build = chance.hex(5);
      return mapTags(html, (tag) => tag.replace(/(\sclass\s*=\s*")([^"]+)(")/i, `$1$2 css-${build} _${build}_1$3`));
    },
  },
  {
    name: 'inline styles and data attributes',
    visit: ({ html }, chance) =>
      mapTags(html, (tag, name) =>
        /^(?:p|div|section|img|h1|h2|figure)$/.test(name) && !/\sstyle\s*=/i.test(tag)
          ? tag.replace(/^<\w+/, (head) => `${head} style="--order:${chance.below(99)}" data-v-${chance.hex(6)}`)
          : tag,
      ),
  },
  {
    name: 'A/B wrappers around paragraphs',
    visit: ({ html, places }, chance) => {
      const wrapped = places.filter(({ name, outerStart, start }) => name === 'p' && outerStart < start);
      const variant = `exp-${chance.hex(4)}`;
      return [...wrapped]
        .reverse()
        .reduce(
          (source, { outerStart, outerEnd }) =>
            insertAt(insertAt(source, outerEnd, '</div>'), outerStart, `<div data-experiment="${variant}">`),
          html,
        );
    },
  },
  {
    name: 'A/B wrapper around the page',
    visit: ({ html }, chance) => {
      const variant = `<div id="__root" data-variant="${chance.hex(3)}"><div class="app-shell">`;
      const open = html.replace(/<body\b[^>]*>/i, (tag) => tag + variant);
      return open === html ? html : open.replace(/<\/body>(?![\s\S]*<\/body>)/i, (tag) => `</div></div>${tag}`);
    },
  },
  {
    name: 'tokens and scripts',
    visit: ({ html }, chance) =>
      html
        .replace(
          /<\/head>/i,
          (tag) =>
            `<meta name="csrf-token" content="${chance.hex(32)}"><link rel="preload" as="script" href="/build/${chance.hex(8)}.js">${tag}`,
        )
        .replace(
          /<\/body>/i,
          (tag) =>
            `<script nonce="${chance.hex(16)}">window.__ENV__={"build":"${chance.hex(10)}","time":${chance.below(1e9)}}</script>${tag}`,
        ),
  },
  {
    name: 'keywords and other metadata',
    visit: ({ html }, chance) =>
      html
        .replace(/(<meta\s[^>]*name="(?:news_)?keywords"[^>]*content=")([^"]*)/i, `$1$2, tag-${chance.hex(3)}`)
        .replace(
          /<\/head>/i,
          (tag) =>
            `<meta property="og:locale" content="${chance.pick(['en_GB', 'en_US', 'de_DE'])}"><meta property="fb:app_id" content="${chance.below(1e9)}"><meta name="robots" content="max-image-preview:${chance.pick(['large', 'standard'])}"><meta name="keywords" content="${chance.pick(['news', 'local', 'daily'])}, ${chance.hex(4)}">${tag}`,
        ),
  },
  {
    name: 'irrelevant fields of JSON-LD',
    visit: ({ html }, chance) =>
      html.replace(
        /("@type"\s*:\s*"(?:NewsArticle|Article|ReportageNewsArticle|BlogPosting|LiveBlogPosting)"\s*,)/g,
        (type: string) =>
          `${type}"commentCount":${chance.below(500)},"interactionStatistic":{"@type":"InteractionCounter","userInteractionCount":${chance.below(9000)}},"wordCount":${chance.between(200, 900)},"identifier":"${chance.hex(12)}","isPartOf":{"@type":"CreativeWork","name":"${chance.pick(['Front page', 'Local', 'Evening edition'])}"},`,
      ),
  },
];
