import { collapse } from '../text.js';

/** What a caption line says and who made the picture. */
export interface CaptionParts {
  caption?: string;
  credit?: string;
}

/** Words that say that a credit follows: most of them only before a colon or the like. */
const CREDIT_LABEL =
  /^(?:(?:(?:photo(?:graph|graphy)?|image|picture|illustration|graphic|video)?\s?(?:credits?|source)|photo(?:graph|graphy)?s?|foto(?:s|graf|graaf)?|image|picture|pic|bild(?:quelle)?|quelle|cr[ée]dit(?:s|o)?(?: photo)?|crediti|fuente|fonte|beeld|kuva|사진(?:\s?출처)?|写真|copyright)\s?[:/©=＝]|(?:(?:photo|image|picture|illustration|graphic|video)s? (?:by|courtesy of)|courtesy(?: of)?|copyright|©|\(c\)(?=\s)))\s*/iu;

const AGENCY =
  /\b(?:AP|AFP|PA|PA Wire|PA Archive|PA Media|Reuters|REUTERS|Getty|Getty Images|EPA|EFE|ANSA|dpa|DPA|Imago|IMAGO|Shutterstock|iStock|Alamy|Xinhua|Bloomberg|NASA|Keystone|KEYSTONE|WireImage|Twitter|Instagram|Facebook|Wikimedia|Wikimedia Commons|Unsplash|Pexels|Associated Press|Press Association|CP|AAP|Zuma|Anadolu|NurPhoto|Rex|SWNS|Handout|Supplied|Courtesy|File|Archive|Collection|Press|Images|Photo|Foto|Pixabay|Flickr|LightRocket|Picture Alliance|picture alliance)\b/;

/** Splits a caption line into caption and credit: a credit in brackets at the end, after a label, or after a dash. */
export function splitCaption(line: string): CaptionParts {
  const text = collapse(line).slice(0, 2_000);
  if (!text) return {};
  const bracketed = trailingBrackets(text);
  if (bracketed && readsAsCredit(bracketed.inside)) {
    return parts(bracketed.before, stripCreditLabel(bracketed.inside));
  }
  if (text.length <= MAX_CREDIT && CREDIT_LABEL.test(text)) return { credit: stripCreditLabel(text) };
  const labelled = labelAt(text);
  if (labelled !== undefined) return parts(text.slice(0, labelled), stripCreditLabel(text.slice(labelled)));
  const tail = creditAfterSentence(text);
  return tail === undefined ? { caption: text } : parts(text.slice(0, -tail.length), stripCreditLabel(tail));
}

/** Longer lines say more than who made the picture. */
const MAX_CREDIT = 100;

/** An agency's name, two makers parted by a slash, or a label. */
function readsAsCredit(text: string): boolean {
  return AGENCY.test(text) || text.includes('/') || CREDIT_LABEL.test(text) || EAST_ASIAN_CREDIT.test(text);
}

const EAST_ASIAN_CREDIT = /(?:撮影|提供|写真)$|제공$/;

/** Signs of a credit that stands after the caption's last sentence. */
const MAX_TAIL = 70;

/** "… an hour. AP Photo/Eric Gay": what follows the last full stop, when it reads as a credit. */
function creditAfterSentence(text: string): string | undefined {
  const end = Math.max(...['. ', '.', '! ', '? ', '”', '。', '＝'].map((mark) => lastEnd(text, mark)));
  const tail = text.slice(end).trim();
  if (end <= 0 || tail.length < 2 || tail.length > MAX_TAIL || /[a-z]{3}\.$/.test(tail)) return undefined;
  return (text[end - 1] === '＝' && tail.length <= 12) || readsAsCredit(tail) ? tail : undefined;
}

/** One past the last place of a mark that is followed by something that can begin a name; 0 when there is none. */
function lastEnd(text: string, mark: string): number {
  const at = text.lastIndexOf(mark, text.length - 3);
  if (at < 0) return 0;
  const next = text[at + mark.length];
  return next !== undefined && /[\p{Lu}\p{Lo}©Ａ-Ｚ]/u.test(next) ? at + mark.length : 0;
}

/** A credit without "Photo:", "©" and the like. */
export function stripCreditLabel(credit: string): string {
  const text = collapse(credit).replace(/^[([](.*)[)\]]$/, '$1');
  return text.replace(GLUED_LABEL, '').replace(CREDIT_LABEL, '').replace(CREDIT_LABEL, '').trim() || text;
}

/** A label that styles set apart from the name: "CreditAda Voss", "Credit...Ada Voss". */
const GLUED_LABEL = /^(?:Credit)+(?:\.{3}|…|(?=\p{Lu}))/u;

/** True for a text that only announces a credit. */
export function isCreditLabel(text: string): boolean {
  return text.length < 40 && `${text}: `.replace(CREDIT_LABEL, '').trim() === '';
}

function parts(caption: string, credit: string): CaptionParts {
  const found: CaptionParts = {};
  const own = caption.replace(/[\s|–—-]{1,5}$/, '').trim();
  if (own) found.caption = own;
  if (credit) found.credit = credit;
  return found;
}

const BRACKETS = new Map([
  [')', '('],
  [']', '['],
  ['）', '（'],
]);

/** "… (PA Wire)": what stands before and inside the brackets that end a line. */
export function trailingBrackets(text: string): { before: string; inside: string } | undefined {
  const opener = BRACKETS.get(text[text.length - 1] ?? '');
  if (opener === undefined) return undefined;
  const open = text.lastIndexOf(opener);
  const inside = text.slice(open + 1, -1).trim();
  if (open < 0 || inside.length < 2 || inside.length > 80) return undefined;
  return { before: text.slice(0, open).trim(), inside };
}

const LABEL_INSIDE =
  /(?:^|[\s.|])((?:photo|photo credit|image|image credit|picture|credit|courtesy|foto|bild|quelle|bildquelle|crédit|crédits|crédito|fuente|fonte|source)\s?:|©|copyright\s(?=\p{Lu}))/giu;

/** Where a labelled credit begins, when it is near the end of the line. */
function labelAt(text: string): number | undefined {
  let at: number | undefined;
  for (const found of text.matchAll(LABEL_INSIDE)) at = found.index + found[0].length - found[1]!.length;
  return at !== undefined && text.length - at <= MAX_CREDIT ? at : undefined;
}
