/*
 * Notices of the house that stand among the paragraphs of an article and are longer than a line: about money, law,
 * machinery and other channels, in the languages of news. They speak of the publisher or to the reader, never of the
 * subject, so each pattern needs two signs of that, and a longer text is taken for the article's own.
 */

import { StemFilter } from './stem-filter.js';

/** Longer texts are the article's own, whatever they name. */
const MAX_NOTICE = 600;

/** The house earns by what the reader buys through its links. */
const AFFILIATE =
  /\b(?:may|might|could|will|sometimes|often) (?:also )?(?:earn|receive|get|collect|be paid|be compensated)\b.{0,80}\b(?:commissions?|compensation|compensated|fees?|share of)\b.{0,120}\b(?:links?|sites?|pages?|purchases?|products?|you (?:buy|purchase|click))\b|\b(?:links?|you (?:buy|purchase|click))\b.{0,160}\b(?:may|might|could|will) (?:also )?(?:earn|receive|get)\b.{0,60}\b(?:commissions?|compensation|fees?)\b|^.{3,40} (?:may|might) (?:get|earn|receive) an? (?:\S+ )?commission\.?$|\baffiliate[- ](?:links?|commissions?|partners?|partnerships?|disclosure|disclaimer)\b.{0,200}\b(?:we|us|our|commission)\b|\b(?:we|our|us)\b.{0,120}\baffiliate[- ](?:links?|commissions?|partners?|programs?)\b|\baffiliate[- ]?links?\b.{0,200}\b(?:wir|uns|unsere?|provision)\b|\b(?:wir|uns)\b.{0,120}\bprovision\b.{0,120}\b(?:links?|kauf|käufen?|einkauf)\b|\bliens? (?:d['’])?affili(?:és?|ation)\b|\benlaces? de afilia|\b(?:links?|programas?) de afilia|\b(?:link|programm[ai]) di affiliazione\b|\baffiliatelinks?\b|\breklamelenker?\b|партн[её]рск\S+ ссылк/iu;

/** The text was made by a machine, or first appeared elsewhere or in another language. */
const ORIGIN =
  /\b(?:this|the) (?:article|story|post|text|piece) (?:has been|was|is) (?:(?:machine|automatically|originally) )?(?:translated|a translation)\b|\bmaschinell(?:e|en|er)? übersetz|\b(?:artikel|text|beitrag) (?:wurde|ist|erschien) (?:\S+ ){0,3}(?:im original|aus dem \S+ übersetzt|ausgedruckt)|\bartikels? .{0,60}\bautomatisiert übersetzt|\b(?:cet article|ce texte) (?:a été|est) (?:\S+ )?tradui|\b(?:este|esta) (?:art[ií]culo|artigo|nota|noticia) (?:ha sido|fue|foi) (?:\S+ )?traduzi?d|\bquesto articolo è stato (?:\S+ )?tradotto|\bdit artikel (?:is|werd) (?:\S+ )?vertaald|^(?:lest|lesen sie) den originalartikel|^read the original (?:article|story)|^lire l['’]article original/iu;

/** What a player, an embed or a form says when it cannot do its work or waits for consent. */
const MACHINERY =
  /\b(?:waiting for your permission|please (?:use|enable|turn on|disable|upgrade|enter|check|refresh|try)\b.{0,60}\b(?:browser|javascript|cookies|ad ?blocker|date of birth|e-?mail)|your browser (?:does not|doesn['’]t|is not)|(?:does not|doesn['’]t) support (?:html5|video|audio|javascript|iframes?)|invalid file format|can(?:no|['’])t access this (?:content|video)|you agree to (?:our|the|\p{Lu}\S+) (?:\S+ )?(?:terms|privacy)|having trouble saving|opt[- ]out by clicking|einverstanden, dass (?:mir|uns) (?:externe )?inhalte|personenbezogene daten (?:können|werden|dürfen)?.{0,30}an dritt|ihr browser (?:unterstützt|kann)|votre navigateur (?:ne|n['’])|su navegador no|seu navegador não|il tuo browser non|uw browser ondersteunt|din webbläsare|din nettleser|ваш браузер)/iu;

/** Prices of shares and indices are late. */
const MARKET =
  /\b(?:quotes?|market data|market indices|stock data|pricing|kurse|cours|cotizaciones)\b.{0,90}\b(?:delayed|real[- ]?time|verzögert|différés?|retraso|provided by)\b/iu;

/** Where letters to the editor are to be sent, and money for the house. */
const APPEAL =
  /\bpublishing a diversity of letters\b|\bletters? to the editor\b.{0,200}(?:@|\b(?:submit|send|e-?mail)\b)|\b(?:submit|send|e-?mail)\b.{0,120}\bletters? to the editor\b|\b(?:our|independent|this|quality|nonprofit) (?:\S+ )?(?:journalism|newsroom|reporting)\b.{0,60}\b(?:needs? your|depends on|relies on|is supported by)|\b(?:make a|your) (?:\S+ )?(?:donation|contribution) (?:today|now|helps?|will|allows|supports?|makes)\b|\bdonate (?:today|now|here)\b|^(?:please )?support \p{Lu}\S+ (?:so|and|by|with)\b|\bfaites un don\b|\bjetzt spenden\b|\bhaz una donaci[oó]n\b|\bfaça uma doação\b/iu;

/** An invitation to another channel: its name with a word of inviting, in a short line. */
const CHANNEL =
  /newsletter|newsbrief|news-?app|whatsapp|telegram|google (?:news|discover)|facebook|instagram|twitter|tiktok|podcast|ニュースレター|メルマガ|뉴스레터|카카오톡|微信|公众号/;
const INVITING =
  /^follow\b|\b(?:sign[- ]?up|signing up|subscribe (?:to|now|here|today|for)|follow us\b|join (?:us|our|the \S+ (?:community|group|channel))|click here|anmelden|abonnieren|abonniert|hier (?:geht|entlang|anmelden|klicken)|folgst? (?:uns|du)|folgen sie|jetzt (?:kostenlos|anmelden)|kostenlos|abonnez|inscrivez|suivez|s['’]abonner|suscr[ií]b|s[ií]gue(?:nos|lo)?|síguenos|únete|aquí puedes|inscreva|siga|assine|clique aqui|iscriviti|seguici|segui|schrijf je|meld je|volg ons|tilmeld|følg|prenumerera|följ|meld deg|zapisz|obserwuj|подпи[сш]\S+|следите|ikuti|cek berita|takip et|abone|登録|フォロー|구독|关注)/iu;
const MAX_INVITATION = 300;

/** Offers of subscription in the reader's own words of buying. */
const MEMBERSHIP =
  /(?:有料会員|会員登録|会員限定|無料会員|ログインして|読み放題|キャンペーン).{0,60}(?:お読み|登録|ください|円|こちら|できます)|カテゴリーをフォロー|\b(?:als|bist du|sind sie) (?:plus-?)?abonnent|\bals abonnee\b|\bartikel (?:er|ein)?(?:werben|kaufen|freischalten)\b/iu;

/** What each kind of notice cannot do without, in lower case, and pieces that this sign cannot do without. */
const KINDS: readonly { stems: string; sign: RegExp; notice: RegExp }[] = [
  {
    stems: 'ffil|mmis|mpen|ovis|klam|артн',
    sign: /affili|commission|compensat|provision|reklamelenke|партн/,
    notice: AFFILIATE,
  },
  {
    stems: 'nsla|rset|rigi|gedr|radu|dott|taal',
    sign: /translat|bersetz|originala|ausgedruckt|im original|tradu|tradott|vertaald|the original/,
    notice: ORIGIN,
  },
  {
    stems: 'rows|avas|rmis|gate|aveg|tles|bblä|узер|birt|cess|nval|u ag|avin|pt o|pt-o|leas|nver|nenb',
    sign: /browser|javascript|permission|navigateur|navegador|nettleser|webbläsare|браузер|date of birth|access this|invalid file|you agree|trouble saving|opt[- ]out|please (?:use|enter|enable|try|check|refresh)|einverstanden|personenbezogene/,
    notice: MACHINERY,
  },
  {
    stems: 'elay|l-ti|l ti|rzög|ffér|tras|vide',
    sign: /delayed|real[- ]time|verzögert|différé|retraso|provided by/,
    notice: MARKET,
  },
  {
    stems: ' edi|lett|nali|sroo|orti|onat|ntri|uppo|un d|pend|onac|oaçã',
    sign: /letters? to the editor|of letters|journalism|newsroom|reporting|donat|contribution|^(?:please )?support|un don|spenden|donaci|doação/,
    notice: APPEAL,
  },
  {
    stems: 'bonn|rtik',
    sign: /会員|登録|ログイン|放題|キャンペーン|フォロー|abonne|artikel/,
    notice: MEMBERSHIP,
  },
];

/** Pieces that CHANNEL cannot do without. */
const CHANNEL_STEMS = 'wsle|wsbr|ws-a|wsap|hats|legr|oogl|cebo|stag|witt|tikt|podc';

const STEMS = new StemFilter([CHANNEL_STEMS, ...KINDS.map(({ stems }) => stems)]);

/** True for a notice of the house: about money, law, machinery, or its other channels. */
export function isBoilerplate(text: string): boolean {
  if (text.length > MAX_NOTICE) return false;
  const stems = STEMS.find(text);
  if (stems === 0) return false;
  const lower = text.toLowerCase();
  const mayInvite = (stems & 1) !== 0 && text.length <= MAX_INVITATION;
  if (mayInvite && CHANNEL.test(lower) && INVITING.test(text)) return true;
  return KINDS.some(({ sign, notice }, i) => (stems & (2 << i)) !== 0 && sign.test(lower) && notice.test(text));
}
