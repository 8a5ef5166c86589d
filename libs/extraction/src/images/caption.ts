import { collapse } from '../text.js';
import { CREDIT_LABEL, isAgency, LABEL_INSIDE, readsAsCredit, readsAsName, stripCreditLabel } from './credit-words.js';

/** What a caption line says and who made the picture. */
export interface CaptionParts {
  caption?: string;
  credit?: string;
}

/** Longer lines say more than who made the picture. */
const MAX_CREDIT = 100;

/** Splits a caption line into caption and credit: a credit in brackets at the end, after a label, bar or dash. */
export function splitCaption(line: string): CaptionParts {
  const text = withoutAnnouncement(collapse(line).slice(0, 2_000));
  if (!text || isPictureChrome(text)) return {};
  const bracketed = trailingBrackets(text);
  if (bracketed && closesWithCredit(bracketed)) return parts(bracketed.before, bracketed.inside);
  if (text.length <= MAX_CREDIT && CREDIT_LABEL.test(text)) {
    const said = text.replace(CREDIT_LABEL, '');
    return isSentence(said) ? splitCaption(said) : parts('', text);
  }
  const at = labelAt(text) ?? barAt(text) ?? dashAt(text) ?? sentenceEnd(text);
  return at === undefined ? { caption: text } : parts(text.slice(0, at), text.slice(at));
}

/** A label may also stand before a caption: "Foto: Der Rat tagt seit Montag in der alten Halle." */
function isSentence(text: string): boolean {
  return text.split(' ').length > 6 && /[.!?]$/.test(text) && !readsAsCredit(text);
}

/** "3 / 12", "Image caption, …": the place in a gallery and what screen readers are told before the caption. */
const ANNOUNCEMENT = /^(?:image caption|bildunterschrift|caption|légende|didascalia)\s?[,:]\s?/iu;
const PLACE = /^(\d{1,3})\s?\/\s?(\d{1,3})(?![\p{L}\p{N}])\s?[.:|–-]?\s?/u;

function withoutAnnouncement(text: string): string {
  const place = PLACE.exec(text);
  const said = place && Number(place[1]) <= Number(place[2]) ? text.slice(place[0].length) : text;
  return said.replace(ANNOUNCEMENT, '').replace(LEFT_LABEL, '');
}

/** "… at dawn - Copyright": the label of a credit that stands elsewhere. */
const LEFT_LABEL =
  /\s[-–—|]\s?(?:copyright|©|photo|foto|credit|crédit|bild|tous droits réservés|derechos de autor)?\s?:?$/iu;

/** Numbers of pictures, names of buttons, playing times and lines that offer sound: said of the picture's box. */
const CHROME = new RegExp(
  '^(?:\\d{1,4}(?:\\s?(?:/|of|von|de|sur|di|van|из)\\s?\\d{1,4})?(?:\\s?(?:images?|photos?|pictures?|slides?|fotos?|bilder|imágenes|imagens|immagini|фото|枚|张|장))?' +
    '|by|von|par|por|di|photo|image|caption|credit' +
    '|(?:open|view|expand|enlarge|zoom|click|tap|toggle|hide|show|close)(?:\\s(?:to|for|in|on|the|this|an?|image|photo|picture|gallery|caption|full|screen|fullscreen|size|larger|enlarge|expand|more|all|here|view|modal|lightbox)){0,6}' +
    '|(?:play|watch|listen|hear|download)(?:\\s(?:to|the|this|video|audio|article|story|now|live|here|episode|podcast)){0,5}' +
    '|(?:audio|podcast|listen)\\s?[:–-].{0,90}' +
    '|bild vergrößern|agrandir|ampliar(?: imagen)?|ingrandisci|vergroot|(?:artikel )?anhören|écouter|escuchar|ouvir|ascolta|слушать)$',
  'iu',
);
/** "12 Images": how many pictures a gallery has. */
const COUNT =
  /^(?:[+(]\s?)?\d{1,4}\s?(?:images?|photos?|pictures?|slides?|fotos?|bilder|imágenes|imagens|immagini|фото|枚|张|장)\)?$/iu;

/** True for a line that counts the pictures of a gallery. */
export function isPictureCount(text: string): boolean {
  return text.length < 30 && COUNT.test(text);
}

const PLAYING_TIME = /(?:^|[\s(])\d{1,2}:\d\d(?::\d\d)?\)?$/;

/** True for a line that is about the box of a picture and not about the picture. */
export function isPictureChrome(text: string): boolean {
  return CHROME.test(text) || (text.length < 90 && PLAYING_TIME.test(text)) || !/\p{L}/u.test(text);
}

interface Bracketed {
  before: string;
  inside: string;
}

/** Brackets that hold a credit; a bare name only after a sentence has ended. */
function closesWithCredit({ before, inside }: Bracketed): boolean {
  return readsAsCredit(inside) || (readsAsName(inside) && /[.!?”"»]$/.test(before));
}

const BRACKETS = new Map([
  [')', '('],
  [']', '['],
  ['）', '（'],
  ['】', '【'],
]);

/** "… (PA Wire)": what stands before and inside the brackets that end a line. */
export function trailingBrackets(text: string): Bracketed | undefined {
  const line = /[)\]）】][.。]$/.test(text) ? text.slice(0, -1) : text;
  const opener = BRACKETS.get(line[line.length - 1] ?? '');
  if (opener === undefined) return undefined;
  const open = line.lastIndexOf(opener);
  const inside = line.slice(open + 1, -1).trim();
  if (open < 0 || inside.length < 2 || inside.length > 120) return undefined;
  return { before: line.slice(0, open).trim(), inside };
}

/** Where a labelled credit begins, when it is near the end of the line. */
function labelAt(text: string): number | undefined {
  if (text.search(LABEL_INSIDE) < 0) return undefined;
  for (const found of text.matchAll(LABEL_INSIDE)) {
    const tail = text.slice(found.index);
    if (tail.length <= MAX_CREDIT && stripCreditLabel(tail) !== '') return found.index;
  }
  return undefined;
}

/** "… at dawn | Ada Voss". */
function barAt(text: string): number | undefined {
  const at = text.lastIndexOf(' | ');
  const tail = text.slice(at + 3);
  return at > 0 && tail.length <= 60 && tail.split(' ').length <= 6 && !/[.!?]$/.test(tail) ? at : undefined;
}

/** "… at dawn – Reuters", "… at dawn＝AP". */
function dashAt(text: string): number | undefined {
  for (const mark of [' – ', ' — ', ' - ', ' • ', '＝']) {
    const at = text.lastIndexOf(mark);
    if (at <= 0) continue;
    const tail = text.slice(at + mark.length);
    if (isAgency(tail) || (mark === '＝' && tail.length <= 12) || (readsAsCredit(tail) && tail.length <= 40)) return at;
  }
  return undefined;
}

/** Signs of a credit that stands after the caption's last sentence. */
const MAX_TAIL = 70;

/** "… an hour. AP Photo/Eric Gay": where the last sentence ends, when what follows reads as a credit. */
function sentenceEnd(text: string): number | undefined {
  const end = Math.max(...['. ', '.', '! ', '? ', '”', '。'].map((mark) => lastEnd(text, mark)));
  const tail = text.slice(end).trim();
  if (end <= 0 || tail.length < 2 || tail.length > MAX_TAIL || /[a-z]{3}\.$/.test(tail)) return undefined;
  return readsAsCredit(tail) ? end : undefined;
}

/** One past the last place of a mark that is followed by something that can begin a name; 0 when there is none. */
function lastEnd(text: string, mark: string): number {
  const at = text.lastIndexOf(mark, text.length - 3);
  if (at < 0) return 0;
  const next = text[at + mark.length];
  return next !== undefined && /[\p{Lu}\p{Lo}©Ａ-Ｚ]/u.test(next) ? at + mark.length : 0;
}

function parts(caption: string, credit: string): CaptionParts {
  const found: CaptionParts = {};
  const own = caption.replace(/[\s|–—＝=•-]{1,5}$/, '').trim();
  if (own && !isPictureChrome(own)) found.caption = saidOnce(own);
  const maker = creditOf(credit);
  if (maker !== undefined) found.credit = maker;
  return found;
}

/** A caption that stands twice, for two widths of screen, once. */
function saidOnce(text: string): string {
  const half = text.slice(0, Math.floor(text.length / 2)).trim();
  return half.length > 10 && text === `${half} ${half}` ? half : text;
}

/** The maker of a picture without labels; undefined when nothing is left that can be one. */
export function creditOf(text: string): string | undefined {
  const credit = stripCreditLabel(collapse(text));
  return credit.length < 2 || credit.length > 200 || isPictureChrome(credit) || !/[\p{L}\p{M}]{2}/u.test(credit)
    ? undefined
    : credit;
}
