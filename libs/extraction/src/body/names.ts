import type { HtmlTree } from '../html-tree.js';
import { PhraseTable } from './phrase-table.js';

export { nameWords } from './phrase-table.js';

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
    / (?:(?:fig)?captions?|figcaption|credits?|photographer|photocredit|copyright|bildunterschrift|bildtext|legende|didascalia|wp caption text|media caption|image caption|piefoto) /,
  ],
  [
    Role.promotion,
    / (?:newsletters?|subscribe|subscription|promos?|promotion|promobox|advert|adverts|advertisement|advertising|ads|ad|adsense|banner|sponsored|sponsor|donate|donation|signup|sign up|cookies?|consent|gdpr|outbrain|taboola|anzeige|werbung|publicidad|pub|marketing|cta|mailchimp|piano|app download|donation|giveaway|affiliate disclaimer|optin) /,
  ],
  [
    Role.related,
    / (?:related|recommended|recommendations?|recirc|recirculation|read ?more|readmore|more ?on|more stories|morestories|see ?also|also read|alsoread|most ?read|mostread|most ?popular|popular|trending|teasers?|onward|similar|suggested|suggestions|up next|next article|prev article|next post|post navigation|prevnext|pagination|pager|more from|morefrom|further reading|inline ?promo|related ?content|related ?links|linkbox|readon|jp relatedposts|relatedposts|yarpp|correlati|lire aussi|a lire|mehr zum thema|weiterlesen|relacionad[ao]s?|leia ?mais|terkait|baca juga|bacajuga|promoted|latest news|latest|headlines list) /,
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

/** What one class, id and component name says. */
interface NameEvidence {
  role: Role;
  body: boolean;
}

const IS_READ = 1;
const IS_BODY = 2;

const NAMELESS: NameEvidence = { role: Role.none, body: false };

/** Reads the names of a page's elements; remembers what it has read, since names repeat within a page. */
export class NameReader {
  private readonly seen = new Map<string, NameEvidence>();
  /** What was read of a node already: its role above two bits, which say that it was read and that it is a body. */
  private readonly read: Uint8Array;

  constructor(private readonly tree: HtmlTree) {
    this.read = new Uint8Array(tree.size);
  }

  /** What the element's name, or else its tag, says that it is beside the article. */
  role(node: number): Role {
    return (this.evidence(node) >> 2) as Role;
  }

  /** True when the element's name calls it the article's running text. */
  isBody(node: number): boolean {
    return (this.evidence(node) & IS_BODY) !== 0;
  }

  private evidence(node: number): number {
    const known = this.read[node]!;
    if (known !== 0) return known;
    const { role, body } = this.readName(node);
    const own = role === Role.none ? (TAG_ROLES.get(this.tree.name(node)) ?? Role.none) : role;
    return (this.read[node] = IS_READ | (body ? IS_BODY : 0) | (own << 2));
  }

  private readName(node: number): NameEvidence {
    const { tree } = this;
    const className = tree.attribute(node, 'class');
    const id = tree.attribute(node, 'id');
    const component = tree.attribute(node, 'data-component') ?? tree.attribute(node, 'data-testid');
    if (className === undefined && id === undefined && component === undefined) return NAMELESS;
    const name =
      className !== undefined && id === undefined && component === undefined
        ? className
        : `${className ?? ''} ${id ?? ''} ${component ?? ''}`;
    let evidence = this.seen.get(name);
    if (evidence === undefined) this.seen.set(name, (evidence = evidenceOf(name)));
    return evidence;
  }
}

/** Class or id words with which publishing systems mark the running text of an article. */
const BODY =
  / (?:article ?body|articlebody|story ?body|storybody|story ?text|story ?content|article ?content|article ?text|articletext|body ?content|body ?copy|bodycopy|body ?text|entry ?content|entry ?body|post ?content|post ?body|post ?entry|content ?body|contentbody|news ?body|news ?text|news ?content|text ?body|rich ?text|richtext|article ?main|article ?detail|artikel ?text|artikel ?inhalt|texte ?article|corps|cuerpo|cuerpo ?noticia|corpo|corpo ?noticia|testo|contenido|conteudo|materia|contenu|article ?paragraphs?|article ?page|story ?content|paywall|article ?component|td post content|single content|main ?content|detail ?content) /;

/** Posts of other networks that the article quotes. */
const EMBED = / (?:tweet|twitter tweet|embed|embedded|instagram media|bluesky embed|fb post) /;

const NAMES = new PhraseTable([BODY, EMBED, ...WORDS.map(([, pattern]) => pattern)]);
const BODY_BIT = 1;
const EMBED_BIT = 2;

function evidenceOf(name: string): NameEvidence {
  const found = NAMES.find(name);
  if (found === 0) return NAMELESS;
  const body = (found & BODY_BIT) !== 0;
  if ((found & EMBED_BIT) !== 0) return { role: Role.none, body };
  const place = WORDS.findIndex((_, i) => (found & (EMBED_BIT << (i + 1))) !== 0);
  return { role: WORDS[place]?.[0] ?? Role.none, body };
}
