import type { HtmlTree } from '../html-tree.js';

/** What the class, id or tag of an element says about its content. */
export const Role = {
  none: 0,
  /** Picture captions and credits. */
  caption: 1,
  /** Byline, date, author box, section label, reading time. */
  byline: 2,
  /** Share bars, save, print and font buttons, video players' chrome. */
  tools: 3,
  /** Links to other articles. */
  related: 4,
  /** Newsletter boxes, promotions, advertising, consent and subscription notices. */
  promotion: 5,
  comments: 6,
  /** Navigation, page header and footer, breadcrumbs, side columns. */
  frame: 7,
  /** Tag lists. */
  tags: 8,
  /** Text for assistive technology or never shown. */
  hidden: 9,
} as const;
export type Role = (typeof Role)[keyof typeof Role];

/**
 * Words that name a role when they stand as whole words of a class or id (split at `-`, `_`, space and camel case).
 * The first role that matches wins.
 */
const WORDS: readonly (readonly [Role, RegExp])[] = [
  [
    Role.comments,
    / (?:comments?|commentlist|disqus|respond|comentarios|kommentare?|commentaires|viafoura|coral|livefyre) /,
  ],
  [
    Role.caption,
    / (?:(?:fig)?captions?|figcaption|credits?|photographer|photocredit|copyright|bildunterschrift|bildtext|legende|didascalia|wp caption text|media caption|image caption|piefoto|source caption) /,
  ],
  [
    Role.promotion,
    / (?:newsletters?|subscribe|subscription|promos?|promotion|promobox|advert|adverts|advertisement|advertising|ads|ad|adsense|banner|sponsored|sponsor|donate|donation|signup|sign up|cookies?|consent|gdpr|outbrain|taboola|anzeige|werbung|publicidad|pub|marketing|cta|mailchimp|piano|app download|donation|giveaway|affiliate disclaimer|optin) /,
  ],
  [
    Role.related,
    / (?:related|relateds|recommended|recommendations?|recirc|recirculation|read ?more|readmore|more ?on|more stories|morestories|see ?also|also read|alsoread|most ?read|mostread|most ?popular|popular|trending|teasers?|teaserlist|onward|similar|suggested|suggestions|up next|next article|prev article|next post|post navigation|prevnext|pagination|pager|more from|morefrom|further reading|inline ?promo|related ?content|related ?links|linkbox|readon|jp relatedposts|relatedposts|yarpp|ricerche correlate|correlati|lire aussi|a lire|mehr zum thema|weiterlesen|relacionad[ao]s?|leia ?mais|terkait|baca juga|bacajuga|promoted|mais lidas|latest news|latest|headlines list) /,
  ],
  [
    Role.tools,
    / (?:share|sharing|shares|sharebar|sharetools|socials?|social ?share|social ?links|sharedaddy|addthis|addtoany|toolbar|tools|print|bookmark|save ?article|follow|follow us|like|likes|reactions?|rating|ratings|vote|poll|player ?controls|breaking|ticker|feedback|report ?error|text ?to ?speech|audio ?player|listen) /,
  ],
  [
    Role.byline,
    / (?:byline|bylines|author|authors|author ?info|author ?bio|authorbox|about ?author|post ?author|bio|biography|dateline|date|datetime|timestamp|time ?stamp|published|pubdate|publish ?date|post ?date|entry ?date|updated|last ?updated|article ?meta|post ?meta|entry ?meta|meta|metadata|article ?info|post ?info|reading ?time|read ?time|readtime|contributors?|autor|autoren|auteur|auteurs|kicker|eyebrow|overline|topline|article ?label) /,
  ],
  [
    Role.tags,
    / (?:tags?|taglist|tag ?cloud|tagcloud|topics?|keywords?|tag ?links|categories|category|cat ?links|post ?categories|article ?tags|hashtags?) /,
  ],
  [
    Role.frame,
    / (?:nav|navbar|navigation|menu|menus|breadcrumbs?|footer|foot|footnav|masthead|site ?header|page ?header|sidebar|side ?bar|aside|right ?rail|rail|rightcolumn|right ?col|skip ?link|skiplinks|modal|popup|pop ?up|overlay|lightbox|drawer|offcanvas|widget|widgets|search ?form|search ?box|login|dropdown|tooltip|copyright ?notice|legal|disclaimer|colophon) /,
  ],
  [
    Role.hidden,
    / (?:sr ?only|screen ?reader|screen ?reader ?text|visually ?hidden|visuallyhidden|visually hidden|assistive|off ?screen|offscreen|noprint|no ?print|hidden ?accessible|a11y) /,
  ],
];

const TAG_ROLES = new Map<string, Role>([
  ['nav', Role.frame],
  ['footer', Role.frame],
  ['aside', Role.frame],
  ['figcaption', Role.caption],
  ['time', Role.byline],
  ['address', Role.byline],
  ['menu', Role.frame],
  ['dialog', Role.frame],
]);

/** Names longer than this hold no more evidence. */
const MAX_NAME = 240;

/** Reads roles off element names; remembers what it has read, since names repeat within a page. */
export class RoleReader {
  private readonly seen = new Map<string, Role>();

  role(tree: HtmlTree, node: number): Role {
    const byTag = TAG_ROLES.get(tree.name(node));
    const className = tree.attribute(node, 'class');
    const id = tree.attribute(node, 'id');
    const component = tree.attribute(node, 'data-component') ?? tree.attribute(node, 'data-testid');
    if (className === undefined && id === undefined && component === undefined) return byTag ?? Role.none;
    const name = `${className ?? ''} ${id ?? ''} ${component ?? ''}`;
    let role = this.seen.get(name);
    if (role === undefined) this.seen.set(name, (role = roleOfName(name)));
    return role === Role.none ? (byTag ?? Role.none) : role;
  }
}

/** The role that a class or id names. */
/** Posts of other networks that the article quotes. */
const EMBED = / (?:tweet|twitter tweet|embed|embedded|instagram media|bluesky embed|fb post) /;

export function roleOfName(name: string): Role {
  const words = nameWords(name);
  if (EMBED.test(words)) return Role.none;
  for (const [role, pattern] of WORDS) if (pattern.test(words)) return role;
  return Role.none;
}

/** A class attribute as lower-case words with a space on each side, each word standing twice apart for matching. */
export function nameWords(name: string): string {
  const words = name
    .slice(0, MAX_NAME)
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .replace(/[^a-z0-9\u00c0-\u024f]+/g, ' ');
  return ` ${words.trim()} `;
}
