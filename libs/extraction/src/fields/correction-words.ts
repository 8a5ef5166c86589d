/*
 * How newsrooms begin a correction, in the languages of news. Each pattern is anchored at the beginning of a paragraph
 * and holds no nested repetition, so it costs time in proportion to what it reads.
 */

/** The word that stands over a correction, bare or in front of it. */
const LABEL =
  /^[[(*•\s]{0,4}(?:(?:editor['’]s |publisher['’]s )?corrections?(?: (?:and|&) clarifications?)?|clarifications?(?: (?:and|&) corrections?)?|erratum|errata corrige|errata|korrekturhinweis|korrektur|korrigiert|berichtigung|richtigstellung|rectificatif|rectification|correctif|correcci[oó]n(?:es)?|rectificaci[oó]n|fe de (?:erratas?|errores)|correç[aã]o|rettifica|correzione|correctie|rectificatie|rettelse|berigtigelse|rättelse|korrigering|oikaisu|korjaus|sprostowanie|исправление|поправка|düzeltme|helyreigazítás|oprava|정정|更正|訂正|تصحيح|ralat)(?![\p{L}\p{N}'’])/iu;

/** What may stand between the label and its colon: nothing, a date, in brackets or not, or that it was added. */
const GAP = /^[^:：]{0,45}/u;
const DATED =
  /^[\s\])*]*$|^\s?[,([–—-]|\d|^\s(?:added|appended|made|issued|notice|note|hinweis|vom|du|del|van|av|af|z dnia|от)\b/iu;

/** The sentence with which a correction opens without a label. */
const STATEMENTS: readonly RegExp[] = [
  /^(?:an?|the|in an?|in the|due to an error,? an?|because of an editing error,? an?) (?:earlier|previous|prior|original|initial|former) versions? of (?:this|our|the (?:article|headline|caption|graphic))(?! bill| law| plan| treaty)/iu,
  /^(?:a correction was made on|because of an editing error|we have (?:amended|corrected) this)\b/iu,
  /^(?:this|the) (?:article|story|post|piece|report|column|headline|page|interview|review|caption|graphic|obituary)(?:['’]s headline)? (?:has been|was|is)(?: since| also)? (?:amended|corrected|(?:updated|revised|changed|modified|edited) (?:[^.]{0,40} )?to (?:correct|fix|clarify|rectify|remove an? (?:incorrect|erroneous)))\b/iu,
  /^(?:in (?:einer|der) (?:früheren|vorherigen|vorigen|ersten|ursprünglichen|älteren) (?:version|fassung)|(?:eine|die) (?:frühere|vorherige|erste|ursprüngliche|ältere) (?:version|fassung) (?:dieses|des|der)|dieser (?:artikel|text|beitrag|bericht) wurde [^.]{0,60}(?:korrigiert|berichtigt))/iu,
  /^(?:(?:dans )?une (?:première|précédente|ancienne) version (?:de cet|du)|cet article a été (?:corrigé|rectifié|modifié le))/iu,
  /^(?:(?:en )?una versión (?:anterior|previa|inicial) de (?:est[ea]|la noticia)|est[ea] (?:artículo|noticia|texto|información) ha sido (?:corregid|rectificad))/iu,
  /^(?:(?:em )?uma versão anterior d(?:est[ea]|o texto|a reportagem)|est[ea] (?:texto|reportagem|artigo|matéria|notícia) foi corrigid)/iu,
  /^(?:in )?una (?:(?:precedente|prima) versione|versione precedente) (?:di questo|dell['’]articolo)/iu,
  /^(?:in )?een (?:eerdere|vorige) versie van (?:dit|deze|het)/iu,
  /^(?:i )?en (?:tidigare version av|tidligere (?:version|udgave) af|tidligere (?:versjon|utgave) av) /iu,
  /^(?:jutun|artikkelin|uutisen|tekstin) (?:aiemmassa|aikaisemmassa) versiossa/iu,
  /^we? (?:poprzedniej|wcześniejszej|pierwotnej) wersji (?:tekstu|artykułu|tego)/iu,
  /^в (?:предыдущей|первоначальной|более ранней) версии (?:статьи|текста|материала|новости|этого)/iu,
];

/** Words of what went wrong and where: a paragraph behind a label that has one of them corrects something. */
const ERROR =
  /\b(?:article|story|version|headline|caption|misspel|mis-?stat|mis-?identif|mis-?attribut|incorrect|wrong|error|erred|erroneous|inaccura|earlier|originally|previously|instead|should have|first (?:wrote|said|reported)|fassung|falsch|fälschlich|irrtümlich|fehler|richtig|erroné|erreur|erróne|errone|errat|errad|sbagliat|onjuist|fout|verkeerd)|fel(?:aktig|\b)|forkert|\bfeil|błęd|virhe|väär|верси|ошиб|невер|誤|正しくは|오류|错误|wersj|versi|versã|versj/iu;

/** What tells readers how to ask for a correction, and how the house makes them. */
const POLICY =
  /\b(?:report|submit|suggest|request|send us|spot(?:ted)?|see|find|found|notice[ds]?) (?:a |an |any )?(?:possible )?(?:factual )?(?:errors?|mistakes?|corrections?)\b|corrections?@|\bcorrections? (?:policy|page|column|form|desk|officer)|\bour (?:standards|editors|corrections)\b|fehler (?:gefunden|melden|entdeckt)|signaler une erreur|(?:encontrado|notificar) (?:un|algún) error|segnala un errore|comunicar erro|fout gezien|hittat ett fel|нашли ошибку/iu;

/** What the beginning of a paragraph says. */
export type Opening = 'statement' | 'label' | 'bare-label' | undefined;

/** Letters that a correction has behind its label. */
const LEAST_TEXT = 25;

export function openingOf(text: string): Opening {
  if (POLICY.test(text)) return undefined;
  const label = LABEL.exec(text);
  const unlabelled = label === null ? text.replace(/^[[(*•\s]{1,4}/, '') : text.slice(label[0].length);
  const plain = unlabelled.replace(/^[\s:：.,)\]–—-]{1,4}/u, '');
  if (STATEMENTS.some((statement) => statement.test(plain))) return 'statement';
  if (label === null) return undefined;
  const gap = GAP.exec(unlabelled)![0];
  const rest = unlabelled.slice(gap.length);
  if (!DATED.test(gap)) return undefined;
  if (rest === '' || /^[:：]\s?$/.test(rest)) return 'bare-label';
  return /^[:：]/.test(rest) && rest.length > (/[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]/.test(rest) ? 8 : LEAST_TEXT)
    ? 'label'
    : undefined;
}

/** True for a text that says what was wrong. */
export function speaksOfError(text: string): boolean {
  return ERROR.test(text) && !POLICY.test(text);
}
