import { parseDate } from '../fields/date-formats.js';

/*
 * Lines that publishers set between or after the paragraphs of every article, in the languages of news. Each pattern
 * is anchored at the line's beginning and holds no nested repetition, so it costs time in proportion to the line.
 */

/** Beginnings in everyday words ("Watch", "Loading"): a whole sentence that begins so is a paragraph. */
const CUES: readonly RegExp[] = [
  // Ways to other articles
  /^(?:[[(►▶•*>→»\s]{0,4})(?:read(?:\s?more|\snext|\salso|\sthe\sfull)|see\s(?:also|more)|also\s(?:read|see)|more\s(?:on|from|about|stories|coverage|news)|related(?:\s(?:articles?|stories|story|content|coverage|reading|links|news|topics))?|recommended|more\s(?:great|top|must-reads?)|more\s\p{Lu}\S+\s(?:stories|news|articles)|watch|listen|don['’]t\smiss|up\snext|you\s(?:may|might)\s(?:also\s)?(?:like|be\sinterested)|keep\sreading|further\sreading|popular\sstories|most\s(?:read|popular)|trending(?:\snow)?|about\sthe\sauthors?|über\s(?:den\sautor|die\sautorin)|à\spropos\sde\sl['’]auteur|sobre\s(?:el|la|o|a)\sautora?|sull['’]autore|over\sde\sauteur|om\s(?:forfatteren|skribenten)|verwandte\s(?:themen|artikel)|mehr\s(?:artikel|zum)|meistgelesen|häufig\sgelesen|les\splus\slus|lo\smás\sleído|mais\slidas|i\spiù\sletti|meest\sgelezen|mest\slæst|mest\slest|mest\slästa|najczęściej\sczytane|самое\sчитаемое|この記事を書いた人|おすすめ(?:記事|情報)|新着記事|人気記事|많이\s본|관련\s?기사|热门|推荐阅读|berita\sterkait|artikel\sterkait|ilgili\shaberler|اقرأ\sأيضا|explore\smore|what\sto\sread\snext|lesen\ssie\sauch|lies\sauch|mehr\szum\sthema|mehr\sdazu|auch\sinteressant|das\skönnte\ssie\sauch\sinteressieren|zum\sweiterlesen|à\slire(?:\saussi)?|lire\saussi|voir\saussi|sur\sle\smême\ssujet|lee\stambi[eé]n|lea\stambi[eé]n|te\spuede\sinteresar|más\sinformaci[oó]n|leia\s(?:tamb[eé]m|mais)|veja\stamb[eé]m|leggi\sanche|guarda\sanche|lees\sook|læs\sogs[aå]|les\sogs[aå]|läs\socks[aå]|baca\sjuga|czytaj\s(?:też|także|więcej)|читайте\sтакже|関連記事|あわせて読みたい|相关阅读)(?:\s?[:：»|>-]|\s?$|\s\p{Lu})/iu,
  // Notices of the page's own machinery
  /^(?:advertisement|advertising|sponsored(?:\scontent)?|anzeige|werbung|publicit[eé]|publicidad(?:e)?|pubblicità|advertentie|annons|annonce|reklame?|iklan|story\scontinues(?:\sbelow)?|(?:article|story)\scontinues\sbelow|continue\sreading|scroll\s(?:down\s)?(?:to|for)\s|loading|play\svideo|view\s(?:gallery|comments|more|all)|show\s(?:more|comments)|load\smore|photo\sgallery|gallery|article\scontent|share\sthis|share\son|comments?\s?\(?\d*\)?$|leave\sa\scomment|join\sthe\sconversation|print\sthis|copy\slink|follow\s(?:us|me)\s(?:on|at)|back\sto\stop|skip\s(?:to|past)|empfohlener\sredaktioneller\sinhalt|this\s(?:content|video|embed)\s(?:is|can)(?:not|\snot)|to\sview\sthis)\b/iu,
];

const LINES: readonly RegExp[] = [
  // Offers
  /^(?:(?:please\s)?subscribe\s(?:to|now|today|for|here)|sign\s?up\s(?:for|to|here|now|today)|get\s(?:the\s(?:latest|best|top|day)|our\s|unlimited|breaking)|join\sour\s|download\s(?:our|the)\s|stay\s(?:up\sto\sdate|informed|connected)|never\smiss|want\smore\s|enjoying?\sthis|support\s(?:our|independent|quality)|your\ssupport|become\sa\s(?:member|subscriber|patron)|already\sa\s(?:member|subscriber)|log\sin\s(?:to|or)|register\s(?:now|for|to)|abonnieren\ssie|jetzt\s(?:abonnieren|anmelden|testen)|newsletter|melden\ssie\ssich|abonnez-vous|inscrivez-vous|s['’]inscrire|recevez\s|suscr[ií]bete|reg[ií]strate|assine\s|inscreva-se|iscriviti|abbonati|schrijf\sje\sin|meld\sje\saan|ook\sinteressant|prenumerera|folgen\ssie|folge\suns|suivez-nous|s[ií]guenos|siga[-\s]|seguici\s|volg\sons)/iu,
  // Law, print and contact
  /^(?:journal\sinformation:|you\scan\salso\scheck|[(（]?(?:责编|责任编辑|編集)[:：]|copyright\b|©|\(c\)\s?(?:19|20)\d\d|all\srights\sreserved|if\syou\s(?:purchase|buy)\s(?:a\sproduct|something|an\sitem|through)|we\smay\s(?:earn|receive)\s|this\sarticle\s(?:may\scontain|contains)\saffiliate|a\sversion\sof\sthis\s(?:article|story)|this\s(?:article|story)\sappears\sin|have\sa\s(?:news\s)?(?:tip|story)|do\syou\shave\sa\s|got\sa\s(?:news\s)?tip|contact\sus|e-?mail\s(?:us|the\s(?:author|reporter|writer))\b|reach\sthe\sreporters?\b|send\s(?:us\s)?(?:your|tips)|stand:|die\sautor(?:in|en)?:|(?:last\s)?(?:published|updated|posted|first\spublished|last\sm(?:odified|odification))(?:\s?:|\s(?:(?:on|at)\s)?(?:\p{L}{3,9}[.,]?\s){0,2}\d)|ver[öo]ffentlicht\s?(?:am|:)|aktualisiert\s?(?:am|:)|publi[eé]\sle\s|mis\sà\sjour\s|publicado\s?(?:el|em|:)|actualizado\s?(?:el|:)|pubblicato\s|aggiornato\s|tags?\s?:|topics\s?:|filed\sunder|categor(?:y|ies|ia|ía)\s?:|schlagw[oö]rter\s?:|keywords?\s?:|etiquetas\s?:)/iu,
];

/** Contact lines name their writer first: "… may be reached at …". */
const CONTACT =
  /\b(?:(?:may|can) be reached (?:at|by)|follow (?:him|her|them) on|contact (?:him|her|them) at|on twitter (?:@|at)|is a (?:staff )?(?:reporter|writer|correspondent) (?:at|for|with|covering)|subscribe to (?:our|the)\b|newsletter here\b)/i;

/** What the page counts: "1,204 views", "57 comments", "318 people are reading this". */
const COUNTERS: readonly RegExp[] = [
  /^\d[\d.,\s\u202f]{0,12}(?:[km]|tsd\.|mio\.|mil)?\s?(?:page\s?views?|views?|reads?|shares?|likes?|comments?|reactions?|aufrufe|kommentare?|mal\sgeteilt|vues?|partages?|commentaires?|vistas?|lecturas?|comentarios?|visualizações|comentários|visualizzazioni|commenti|condivisioni|reacties|keer\sbekeken|visningar|visninger|kommentarer|wyświetleń|komentarzy|просмотр\p{L}{0,3}|комментари\p{L}{1,2})(?![\p{L}\p{N}])[^.!?]{0,25}$/iu,
  /^\d[\d.,\s\u202f]{0,9}\s(?:people|readers|users|others|leser|personen|personnes|lecteurs|personas|lectores|pessoas|leitores|persone|lettori|mensen|lezers)\s(?:(?:are|is)\s(?:currently\s|now\s)?(?:reading|viewing|watching)|lesen|lisent|est[áã][no]\p{L}?\s(?:leyendo|lendo)|stanno\sleggendo|lezen)(?!\p{L})[^.!?]{0,35}$/iu,
];
const MAX_COUNTER = 80;

/** Stands where an embed waits for the reader's consent. */
const WITHHELD =
  /\b(?:externe[nrs]? (?:redaktionelle[nrs]? )?inhalte?|external content|contenus? externes?|contenidos? externos?|conte[uú]dos? externos?|contenut[oi] estern[oi]|externe inhoud)\b/i;

/** Longer lines are paragraphs that begin with such words. */
const MAX_LINE = 260;

/** True for a line that announces ways to other articles or the page's own machinery. */
export function isCue(text: string): boolean {
  return !isSentence(text) && CUES.some((pattern) => pattern.test(text));
}

/** True for lines that belong to the page and not to the article: ways elsewhere, offers, notices, contacts. */
export function isPageLine(text: string): boolean {
  if (text.length > MAX_LINE) return false;
  if (isCue(text)) return true;
  if (text.length <= MAX_COUNTER && /^\d/.test(text) && COUNTERS.some((pattern) => pattern.test(text))) return true;
  return LINES.some((pattern) => pattern.test(text)) || CONTACT.test(text) || WITHHELD.test(text);
}

/** The hour that heads an update of a live page: "18.40", "7:05 pm", "18 h 40". */
const TIME_OF_DAY = /^(?:[01]?\d|2[0-4])\s?[.:h]\s?[0-5]\d(?:\s?(?:[ap]\.?m\.?|uhr))?(?:\s[A-Z]{2,4})?$/i;

/** True for a line that is long enough for a sentence and ends as one. */
export function isSentence(text: string): boolean {
  return text.length > 80 && /[.!?。]["”’)]?$/.test(text);
}

/** Letters that a line may have beside its date to be nothing but a dateline. */
const DATE_WORDS = 45;

/** What a line of a publishing system says of an article: "Published by: … Category: … Tags: …". */
const LABEL = /(?:^|[\s|–—-])\p{L}[\p{L} ]{1,20}:(?=\s|$)/gu;
const MAX_LABELLED = 240;

/** True for a date with two labels or more beside it. */
function isLabelledDate(text: string): boolean {
  if (text.length > MAX_LABELLED || !text.includes(':') || !/^\D{0,20}\d/.test(text)) return false;
  return (text.match(LABEL)?.length ?? 0) >= 2 && parseDate(text.slice(0, 40)) !== undefined;
}

/** True for a line that states a date, a reading time or a byline's date and nothing else. */
export function isDateLine(text: string): boolean {
  if (text.length > MAX_LABELLED || !/\d/.test(text)) return false;
  if (TIME_OF_DAY.test(text) || isLabelledDate(text)) return true;
  if (text.length > 110 || /[.!?]["”’]?$/.test(text) || parseDate(text) === undefined) return false;
  return text.replace(/\d+|[^\p{L}]/gu, '').length <= DATE_WORDS;
}
