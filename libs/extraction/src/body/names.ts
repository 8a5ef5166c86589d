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
    / (?:newsletters?|subscribe|subscription|promos?|promotion|promobox|advert|adverts|advertisement|advertising|ads|ad|adsense|banner|sponsored|sponsor|donate|donation|signup|sign up|cookies?|consent|gdpr|outbrain|taboola|anzeige|werbung|publicidad|pub|marketing|cta|mailchimp|app download|giveaway|affiliate disclaimer|optin) /,
  ],
  [
    Role.related,
    / (?:related|next ?prev|prev ?next|recommended|recommendations?|recirc|recirculation|read ?more|readmore|more ?on|more stories|morestories|see ?also|also read|alsoread|most ?read|mostread|most ?popular|popular|trending|teasers?|onward|similar|suggested|suggestions|up next|next article|prev article|next post|post navigation|prevnext|pagination|pager|more from|morefrom|further reading|inline ?promo|related ?content|related ?links|linkbox|readon|jp relatedposts|relatedposts|yarpp|correlati|lire aussi|a lire|mehr zum thema|weiterlesen|relacionad[ao]s?|leia ?mais|terkait|baca juga|bacajuga|promoted|latest news|latest|headlines list) /,
  ],
  [
    Role.tools,
    / (?:share|sharing|shares|sharebar|sharetools|socials?|social ?share|social ?links|sharedaddy|addthis|addtoany|toolbar|tools|print|printbox|bookmark|save ?article|follow|follow us|like|likes|reactions?|rating|ratings|vote|poll|player ?controls|breaking|news ?ticker|feedback|report ?error|text ?to ?speech|audio ?player|video ?player|media ?player|jw ?player|age ?gate|listen) /,
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
    / (?:nav|navbar|navigation|menu|menus|breadcrumbs?|footer|foot|footnav|masthead|site ?header|page ?header|sidebar|side ?bar|aside|right ?rail|rail|rightcolumn|right ?col|skip ?link|skiplinks|modal|popup|pop ?up|overlay|lightbox|drawer|offcanvas|widget|widgets|citation|cite ?article|citewrapper|search ?form|search ?box|login|dropdown|tooltip|copyright ?notice|legal|disclaimer|colophon) /,
  ],
  [
    Role.hidden,
    / (?:sr ?only|screen ?reader|screen ?reader ?text|visually ?hidden|visuallyhidden|visually hidden|assistive|off ?screen|offscreen|noprint|no ?print|hidden ?accessible|a11y) /,
  ],
];

const TAG_ROLES = new Map<string, Role>([
  ['nav', Role.frame],
  ['footer', Role.frame],
  ['form', Role.promotion],
  ['aside', Role.frame],
  ['figcaption', Role.caption],
  ['time', Role.byline],
  ['address', Role.byline],
  ['menu', Role.frame],
  ['dialog', Role.frame],
]);

/** Elements that hold whole articles. */
const WHOLES = new Set(['article', 'main', 'body', 'html']);

/** What one class, id and component name says. */
interface NameEvidence {
  role: Role;
  body: boolean;
  overlay: boolean;
}

const IS_READ = 1;
const IS_BODY = 2;
const IS_OVERLAY = 4;
const ROLE_SHIFT = 3;

const NAMELESS: NameEvidence = { role: Role.none, body: false, overlay: false };

/** Reads the names of a page's elements; remembers what it has read, since names repeat within a page. */
export class NameReader {
  private readonly seen = new Map<string, NameEvidence>();
  /** What was read of a node already: its role above the bits that say that it was read, is a body, opens over the page. */
  private readonly read: Uint8Array;

  /** Names of components that the page uses; the first that an element carries counts. */
  private readonly components: readonly string[];

  constructor(private readonly tree: HtmlTree) {
    this.read = new Uint8Array(tree.size);
    this.components = ['data-component', 'data-testid'].filter((name) => tree.hasAttribute(name));
  }

  /** What the element's name, or else its tag, says that it is beside the article. */
  role(node: number): Role {
    return (this.evidence(node) >> ROLE_SHIFT) as Role;
  }

  /** True when the element's name calls it the article's running text. */
  isBody(node: number): boolean {
    return (this.evidence(node) & IS_BODY) !== 0;
  }

  /** True when the element's name says that it opens over the page when the reader points at a word. */
  isOverlay(node: number): boolean {
    return (this.evidence(node) & IS_OVERLAY) !== 0;
  }

  private evidence(node: number): number {
    const known = this.read[node]!;
    if (known !== 0) return known;
    const { role, body, overlay } = this.readName(node);
    const own = this.roleOf(node, role);
    return (this.read[node] = IS_READ | (body ? IS_BODY : 0) | (overlay ? IS_OVERLAY : 0) | (own << ROLE_SHIFT));
  }

  /** The role that the name gives, or else the tag. */
  private roleOf(node: number, named: Role): Role {
    const { tree } = this;
    const name = tree.name(node);
    // Publishing systems list an article's tags and categories in its own class: `post tag-budget category-town`.
    if (named === Role.tags && WHOLES.has(name)) return Role.none;
    if (named !== Role.none) return named;
    // The footer of a quote names who is quoted.
    if (name === 'footer' && tree.name(tree.parent(node)) === 'blockquote') return Role.none;
    return TAG_ROLES.get(name) ?? Role.none;
  }

  private readName(node: number): NameEvidence {
    const { tree } = this;
    const className = tree.attribute(node, 'class');
    const id = tree.attribute(node, 'id');
    let component: string | undefined;
    for (const attribute of this.components) component ??= tree.attribute(node, attribute);
    if (className === undefined && id === undefined && component === undefined) return NAMELESS;
    // An id stands once in a page: what it says need not be remembered.
    if (id !== undefined) return evidenceOf(`${className ?? ''} ${id} ${component ?? ''}`);
    const name = component === undefined ? className! : `${className ?? ''}  ${component}`;
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

/** What opens beside a word of the text: the word itself is named `tooltip` as often, so it takes a second word. */
const OVERLAY =
  / (?:tool ?tip ?(?:text|content|inner|body)|rollover block|rollover people block|pop ?over ?(?:content|body|inner)|hover ?card ?(?:content|body|inner)?) /;

/** Parts of words that give a role wherever they stand in a name. */
const STEMS: readonly (readonly [RegExp, Role])[] = [
  [/related/i, Role.related],
  [/citearticle/i, Role.frame],
];

const NAMES = new PhraseTable([BODY, EMBED, OVERLAY, ...WORDS.map(([, pattern]) => pattern)]);
const BODY_BIT = 1;
const EMBED_BIT = 2;
const OVERLAY_BIT = 4;

function evidenceOf(name: string): NameEvidence {
  let found = NAMES.find(name);
  for (const { stem, bit } of STEM_BITS) if (stem.test(name)) found |= bit;
  if (found === 0) return NAMELESS;
  const body = (found & BODY_BIT) !== 0;
  const overlay = (found & OVERLAY_BIT) !== 0;
  if ((found & EMBED_BIT) !== 0) return { role: Role.none, body, overlay };
  const place = WORDS.findIndex((_, i) => (found & bitOf(i)) !== 0);
  return { role: WORDS[place]?.[0] ?? Role.none, body, overlay };
}

/** The bit of the role at a place in WORDS. */
function bitOf(place: number): number {
  return OVERLAY_BIT << (place + 1);
}

const STEM_BITS = STEMS.map(([stem, role]) => ({ stem, bit: bitOf(WORDS.findIndex(([own]) => own === role)) }));
