import { nameWords } from './names.js';

/** Class, id or itemprop words with which publishing systems mark the running text of an article. */
const BODY =
  / (?:article ?body|articlebody|story ?body|storybody|story ?text|story ?content|article ?content|article ?text|articletext|body ?content|body ?copy|bodycopy|body ?text|entry ?content|entry ?body|post ?content|post ?body|post ?entry|content ?body|contentbody|article body text|news ?body|news ?text|news ?content|text ?body|rich ?text|richtext|article ?main|article ?detail|artikel ?text|artikel ?inhalt|texte ?article|corps|cuerpo|cuerpo ?noticia|corpo|corpo ?noticia|testo|contenido|conteudo|materia|contenu|article ?paragraphs?|article ?page|article chunks?|chunks|story ?content|paywall|article ?component|td post content|single content|main ?content|detail ?content) /;

export function isBodyName(name: string): boolean {
  return BODY.test(nameWords(name));
}
