import { comparisonKey } from '../text.js';

/** Words by which publishers mark the kind of an article before or behind a headline. */
const LABELS = new Set(
  (
    'opinion editorial analysis commentary column perspective letters letter review feature features exclusive video ' +
    'watch live podcast photos gallery interview explainer sponsored advertisement ' +
    'meinung kommentar leitartikel analyse kolumne gastbeitrag kritik interview ' +
    'opinión editorial análisis columna tribuna entrevista opinion avis tribune éditorial chronique analyse entretien ' +
    'opinione commento editoriale analisi intervista opinião análise coluna entrevista editorial ' +
    'opinie commentaar column mening meninger ledare leder kronikk krönika kommentar debatt debat ' +
    'opinia komentarz analiza mielipide pääkirjoitus kolumni мнение колонка интервью opini editorial yorum'
  ).split(' '),
);

/** True for a label such as `Opinion` or `Kommentar`. */
export function isLabel(text: string): boolean {
  return LABELS.has(comparisonKey(text));
}
