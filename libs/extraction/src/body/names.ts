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
    / (?:(?:fig)?captions?|figcaption|credits?|photographer|photocredit|copyright|bildunterschrift|bildtext|legende|didascalia|wp caption text|media caption|image caption|piefoto) /,
  ],
  [
    Role.promotion,
    / (?:newsletters?|subscribe|subscription|promos?|promotion|promobox|advert|adverts|advertisement|advertising|ads|ad|adsense|banner|sponsored|sponsor|donate|donation|signup|sign up|cookies?|consent|gdpr|outbrain|taboola|anzeige|werbung|publicidad|pub|marketing|cta|mailchimp|app download|giveaway|affiliate disclaimer|optin) /,
  ],
  [
    Role.related,
    / (?:[a-z]*related[a-z]*|next ?prev|prev ?next|recommended|recommendations?|recirc|recirculation|read ?more|readmore|more ?on|more stories|morestories|see ?also|also read|alsoread|most ?read|mostread|most ?popular|popular|trending|teasers?|onward|similar|suggested|suggestions|up next|next article|prev article|next post|post navigation|prevnext|pagination|pager|more from|morefrom|further reading|inline ?promo|related ?content|related ?links|linkbox|readon|jp relatedposts|relatedposts|yarpp|correlati|lire aussi|a lire|mehr zum thema|weiterlesen|relacionad[ao]s?|leia ?mais|terkait|baca juga|bacajuga|promoted|latest news|latest|headlines list) /,
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
    / (?:nav|navbar|navigation|menu|menus|breadcrumbs?|footer|foot|footnav|masthead|site ?header|page ?header|sidebar|side ?bar|aside|right ?rail|rail|rightcolumn|right ?col|skip ?link|skiplinks|modal|popup|pop ?up|overlay|lightbox|drawer|offcanvas|widget|widgets|citation|cite ?article[a-z]*|citewrapper|search ?form|search ?box|login|dropdown|tooltip|copyright ?notice|legal|disclaimer|colophon) /,
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

/** Names longer than this hold no more evidence. */
const MAX_NAME = 240;

/** What one class, id and component name says. */
interface NameEvidence {
  role: Role;
  body: boolean;
  overlay: boolean;
}

const NAMELESS: NameEvidence = { role: Role.none, body: false, overlay: false };

/** Reads the names of a page's elements; remembers what it has read, since names repeat within a page. */
export class NameReader {
  private readonly seen = new Map<string, NameEvidence>();

  constructor(private readonly tree: HtmlTree) {}

  /** What the element's name, or else its tag, says that it is beside the article. */
  role(node: number): Role {
    const { role } = this.evidence(node);
    const name = this.tree.name(node);
    // Publishing systems list an article's tags and categories in its own class: `post tag-budget category-town`.
    if (role === Role.tags && WHOLES.has(name)) return Role.none;
    if (role !== Role.none) return role;
    // The footer of a quote names who is quoted.
    if (name === 'footer' && this.tree.name(this.tree.parent(node)) === 'blockquote') return Role.none;
    return TAG_ROLES.get(name) ?? Role.none;
  }

  /** True when the element's name calls it the article's running text. */
  isBody(node: number): boolean {
    return this.evidence(node).body;
  }

  /** True when the element's name says that it opens over the page when the reader points at a word. */
  isOverlay(node: number): boolean {
    return this.evidence(node).overlay;
  }

  private evidence(node: number): NameEvidence {
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
    if (evidence === undefined) {
      const words = nameWords(name);
      this.seen.set(
        name,
        (evidence = { role: roleOfWords(words), body: BODY.test(words), overlay: OVERLAY.test(words) }),
      );
    }
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
  / (?:tool ?tip ?(?:text|content|inner|body)|rollover (?:[a-z]+ )?block|pop ?over ?(?:content|body|inner)|hover ?card ?(?:content|body|inner)?) /;

function roleOfWords(words: string): Role {
  if (EMBED.test(words)) return Role.none;
  for (const [role, pattern] of WORDS) if (pattern.test(words)) return role;
  return Role.none;
}

/** A class attribute as lower-case words, with a space on each side of every word. */
export function nameWords(name: string): string {
  let words = name.length > MAX_NAME ? name.slice(0, MAX_NAME) : name;
  if (/[A-Z]/.test(words)) words = words.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  return ` ${words.replace(/[^a-z0-9\u00c0-\u024f]+/g, ' ').trim()} `;
}
