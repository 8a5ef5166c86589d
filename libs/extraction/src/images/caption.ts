import { collapse } from '../text.js';

/** What a caption line says and who made the picture. */
export interface CaptionParts {
  caption?: string;
  credit?: string;
}

const CREDIT_LABEL =
  /^(?:(?:photo(?:graph|graphy)?|image|picture|pic|illustration|graphic|video)?\s?(?:credits?|courtesy(?: of)?|source|by)|photo(?:graph|graphy)?|foto(?:s|graf|graaf)?|image|picture|pic|bild(?:quelle)?|quelle|cr[ée]dit(?:s|o)?(?: photo)?|crediti|fuente|fonte|beeld|kuva|copyright|©|\(c\))\s*[:/©]?\s*/i;

const AGENCY =
  /\b(?:AP|AFP|PA|PA Wire|PA Archive|PA Media|Reuters|REUTERS|Getty|Getty Images|EPA|EFE|ANSA|dpa|DPA|Imago|IMAGO|Shutterstock|iStock|Alamy|Xinhua|Bloomberg|NASA|Keystone|KEYSTONE|WireImage|Twitter|Instagram|Facebook|Wikimedia|Wikimedia Commons|Unsplash|Pexels|Associated Press|Press Association|CP|AAP|Zuma|Anadolu|NurPhoto|Rex|SWNS|Handout|Supplied|Courtesy|File|Archive|Collection|Press|Images|Photo|Foto|Pixabay|Flickr|LightRocket|Picture Alliance|picture alliance)\b/;

/** Splits a caption line into caption and credit: a credit in brackets at the end, after a label, or after a dash. */
export function splitCaption(line: string): CaptionParts {
  const text = collapse(line).slice(0, 2_000);
  if (!text) return {};
  const bracketed = trailingBrackets(text);
  if (
    bracketed &&
    (AGENCY.test(bracketed.inside) || CREDIT_LABEL.test(bracketed.inside) || bracketed.inside.includes('/'))
  ) {
    return parts(bracketed.before, stripCreditLabel(bracketed.inside));
  }
  const labelled = labelAt(text);
  if (labelled !== undefined) return parts(text.slice(0, labelled), stripCreditLabel(text.slice(labelled)));
  return { caption: text };
}

/** A credit without "Photo:", "©" and the like. */
export function stripCreditLabel(credit: string): string {
  const text = collapse(credit).replace(/^[([]|[)\]]$/g, '');
  return text.replace(CREDIT_LABEL, '').replace(CREDIT_LABEL, '').trim() || text;
}

function parts(caption: string, credit: string): CaptionParts {
  const found: CaptionParts = {};
  const own = caption.replace(/[\s|–—-]{1,5}$/, '').trim();
  if (own) found.caption = own;
  if (credit) found.credit = credit;
  return found;
}

/** "… (PA Wire)": what stands before and inside the brackets that end a line. */
export function trailingBrackets(text: string): { before: string; inside: string } | undefined {
  const closer = text[text.length - 1];
  if (closer !== ')' && closer !== ']') return undefined;
  const open = text.lastIndexOf(closer === ')' ? '(' : '[');
  const inside = text.slice(open + 1, -1).trim();
  if (open < 0 || inside.length < 2 || inside.length > 80) return undefined;
  return { before: text.slice(0, open).trim(), inside };
}

const LABEL_INSIDE =
  /(?:^|[\s.|])((?:photo|photo credit|image|image credit|picture|credit|courtesy|foto|bild|quelle|bildquelle|crédit|crédits|crédito|fuente|fonte|source)\s?:|©)/gi;

/** Where a labelled credit begins, when it is near the end of the line. */
function labelAt(text: string): number | undefined {
  let at: number | undefined;
  for (const found of text.matchAll(LABEL_INSIDE)) at = found.index + found[0].length - found[1]!.length;
  return at !== undefined && text.length - at <= 100 ? at : undefined;
}
