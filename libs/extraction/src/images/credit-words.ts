/*
 * The words of picture credits in the languages of news. Each pattern is anchored or matches whole words, and none
 * repeats a repetition, so it costs time in proportion to the line.
 */

/** Words before a colon or the like that say that the maker of the picture follows. */
const LABELS =
  '(?:(?:file|stock|cover|archive?|press)\\s)?(?:photo(?:graph|graphy|grapher)?s?|images?|pictures?|pics?|illustrations?|graphics?|art)' +
  '(?:\\s?(?:credits?|source|courtesy|copyright))?|credits?|courtesy|copyright|source' +
  // German, French, Spanish, Portuguese, Italian, Romanian
  '|(?:archiv|symbol|agentur)?(?:fotos?|bild(?:er)?)|fotograf(?:ie|in)?|bild(?:quelle|nachweis|rechte)|quelle|grafik' +
  '|cr[ée]dits?(?:\\s(?:photos?|images?))?|photographie|l[ée]gende et cr[ée]dit|droits r[ée]serv[ée]s' +
  '|fotograf[íi]as?|im[aá]gen|fuente|cortes[íi]a|cr[ée]ditos?(?:\\s(?:da\\s)?(?:foto|imagem|imagen))?' +
  '|imagem|fonte|divulga[çc][ãa]o|reprodu[çc][ãa]o|immagine|crediti|surs[ăa](?:\\sfoto)?' +
  // Dutch, Danish, Norwegian, Swedish, Finnish
  '|beeld|bron|fotograaf|billede|bilde|kilde|kuva(?:t|aja)?|lähde|källa' +
  // Polish, Czech, Hungarian, Turkish, Greek
  '|fot\\.?|zdj[ęe]cie|źródło|zdroj|autor|fot[óo]|forrás|kép|fotoğraf|görsel|kaynak|φωτο(?:γραφία)?|φωτό|πηγή' +
  // Russian, Ukrainian, Bulgarian
  '|фото(?:графия)?|источник|иллюстрация|джерело|снимк[аи]|източник' +
  // Arabic, Persian, Hebrew, Hindi, Bengali
  '|(?:ال)?صورة|تصوير|(?:ال)?مصدر|عکس|منبع|צילום|קרדיט|फ़ोटो|फोटो|तस्वीर|साभार|स्रोत|ছবি' +
  // Indonesian, Vietnamese, Thai
  '|sumber|gambar|dok\\.?|ảnh|nguồn|ภาพ|ที่มา' +
  // Japanese, Chinese, Korean
  '|写真|撮影|画像|提供|出典|图片?(?:来源)?|图源|摄影|圖(?:片來源)?|来源|사진(?:\\s?(?:출처|제공))?|출처';

/** "Photo by", "courtesy of": labels that need no colon. */
const PHRASES =
  '(?:(?:file\\s)?photo(?:graph)?|image|picture|illustration|graphic|video|art)s?\\s(?:by|via|from|courtesy(?:\\sof)?)|courtesy(?:\\sof)?' +
  '|fot\\.(?=\\s)|image\\ssource,|copyright|©|\\(c\\)(?=\\s)|ⓒ|foto\\s(?:von|de|di|door|av|af|oleh)(?=\\s\\p{Lu})';

/** A label at the beginning of a line, with what parts it from the name. */
export const CREDIT_LABEL = new RegExp(`^(?:(?:${LABELS})\\s?[:：/／©=＝]|(?:${PHRASES}))\\s*[:：]?\\s*`, 'iu');

/** A label after the beginning of a word; one without a colon only where a sentence or a bar has ended. */
export const LABEL_INSIDE = new RegExp(
  `(?<![\\p{L}\\p{N}])((?:${LABELS})\\s?[:：＝]|©|ⓒ|fot\\.(?=\\s)|copyright\\s(?=\\p{Lu}|\\d{4}))|(?<=[.!?。|)”"]\\s?)(?:${PHRASES})`,
  'giu',
);

/** Agencies and archives, and words that their names are made with. */
const AGENCY =
  /(?<![\p{L}\p{N}])(?:AP|AFP|PA|PA (?:Wire|Archive|Media)|Reuters|REUTERS|Getty|GETTY|Getty Images|EPA|EFE|ANSA|dpa|DPA|apa|APA|ANP|TT|NTB|PTI|ANI|IANS|ATS|ADN|SIPA|MAXPPP|MaxPPP|Abaca|ABACA|Belga|BELGA|Lusa|LUSA|Scanpix|SCANPIX|Ritzau|Keystone|KEYSTONE|Imago|IMAGO|Imagn|Shutterstock|iStock|Alamy|Xinhua|Kyodo|Yonhap|TASS|Sputnik|Bloomberg|NASA|ESA|WireImage|FilmMagic|Twitter|Instagram|Facebook|TikTok|YouTube|Screenshot|Wikimedia|Wikimedia Commons|Unsplash|Pexels|Pixabay|Flickr|Adobe Stock|Depositphotos|Dreamstime|Associated Press|Press Association|CP|AAP|Zuma|ZUMA|Anadolu|NurPhoto|Rex|REX|SWNS|Bestimage|Backgrid|Hans Lucas|Magnum|Corbis|Hulton|LightRocket|[Pp]icture [Aa]lliance|USA TODAY|Handout|HANDOUT|Supplied|Submitted|Courtesy|File|Archive|Archiv|Archivo|Arquivo|Collection|Press|Images?|Photos?|Foto|Dok|Antara|ANTARA|Istimewa|Public Domain|Creative Commons|CC BY|ТАСС|РИА Новости|Коммерсантъ|Интерфакс)(?![\p{L}\p{N}])|ロイター|共同|時事|新华社|新華社|视觉中国|中新社|연합뉴스|뉴시스|뉴스1|رويترز|أ ?ف ?ب/u;

/** What stands behind a name where the label follows it: "… taken by", "… provided by". */
const CREDIT_AFTER = /\s?(?:(?:氏|さん)?(?:撮影|提供|写真|摄|攝)|(?:제공|촬영))$/u;

const MAKERS = /\p{L}[.)]?\s?[/／]\s?["“„]?[\p{Lu}\p{Lo}\d]/u;

/** An agency's name, two makers parted by a slash, or a label. */
export function readsAsCredit(text: string): boolean {
  return (
    AGENCY.test(text) ||
    MAKERS.test(text) ||
    CREDIT_LABEL.test(text) ||
    CREDIT_AFTER.test(text) ||
    text.endsWith(' 기자')
  );
}

/** True for a text that begins or ends with an agency's name and says little more. */
export function isAgency(text: string): boolean {
  const found = AGENCY.exec(text);
  return found !== null && (found.index === 0 || found.index + found[0].length === text.length) && text.length <= 40;
}

/** Two to four words that begin like names. */
export function readsAsName(text: string): boolean {
  return /^\p{Lu}[\p{L}.'’-]*(?:\s(?:(?:de|da|di|la|van|von|der|den|el|al|bin)\s){0,2}\p{Lu}[\p{L}.'’-]*){1,3}$/u.test(
    text,
  );
}

/** "CreditAda Voss", "Credit...Ada Voss": a label that styles set apart from the name. */
const GLUED_LABEL = /^(?:Credit){1,3}(?:\.{3}|…|(?=\p{Lu}))/u;

/** "… /Copyright 2024 The AP. All rights reserved." */
const RIGHTS =
  /\s?\b(?:copyright|©|\(c\))\s?(?:\d{4}\s?)?(?=\S)|[\s,.|–-]{0,3}\b(?:all rights reserved|tous droits réservés|alle rechte vorbehalten|todos los derechos reservados|todos os direitos reservados|tutti i diritti riservati|alle rechten voorbehouden)\.?\s?/giu;

/** A credit without its label, rights notice and brackets; empty when nothing else was there. */
export function stripCreditLabel(credit: string): string {
  let text = credit.replace(/\s+/g, ' ').trim();
  if (/^[([（【].*[)\]）】]$/u.test(text)) text = text.slice(1, -1).trim();
  text = text.replace(GLUED_LABEL, '');
  for (let i = 0; i < 3 && CREDIT_LABEL.test(text); i++) text = text.replace(CREDIT_LABEL, '');
  text = text.replace(RIGHTS, '').replace(CREDIT_AFTER, '');
  return text.replace(/^[\s|,;:–—/＝=-]{1,4}|[\s|,;:–—/＝=-]{1,4}$/gu, '').trim();
}

/** True for a text that only announces a credit. */
export function isCreditLabel(text: string): boolean {
  return text.length < 40 && `${text}: `.replace(CREDIT_LABEL, '').trim() === '';
}
