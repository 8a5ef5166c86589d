import { comparisonKey } from '../text.js';

/** Longer texts tell a story, whoever is in it. */
const MAX_NOTE = 700;

/** Shorter names are given names or initials: they may open any paragraph. */
const LEAST_NAME = 7;

/** Trades of those who write for the press, in the languages of news. */
const TRADES =
  '(?:reporter|journalist|correspondent|columnist|editor|staff writer|writer|contributor|freelancer|author|novelist|professor|lecturer|researcher|fellow|' +
  'Redakteur|Journalist|Reporter|Korrespondent|Autor|Volontär|Professor|' +
  'journaliste|correspondant|rédact|chroniqueur|professeur|' +
  'periodista|corresponsal|redactor|columnista|profesor|jornalista|repórter|colunista|professor|giornalista|corrispondente|professore|' +
  'verslaggever|redacteur|journalist|skribent|redaktør|redaktör|dziennikar|журналист|корреспондент)';

/** "Ada Voss is a reporter for …": a name, a form of to be or to write, a trade. */
const NOTE = new RegExp(
  `^(?:\\p{Lu}[\\p{L}.'’-]*\\s){2,4}(?:is|was|are|writes|covers|has been|ist|schreibt|arbeitet|est|es|é|è|is een|er|är|jest)\\s.{0,90}${TRADES}`,
  'u',
);

/** True for a paragraph about the writer of the article: it opens with the writer's name, or names a trade of the press. */
export function isWriterNote(text: string, authors: readonly string[]): boolean {
  if (text.length > MAX_NOTE) return false;
  if (NOTE.test(text)) return true;
  return authors.some((author) => opensWith(text, author));
}

/** The name with something said of it: in an interview a name and a colon mark who speaks. */
function opensWith(text: string, author: string): boolean {
  const name = comparisonKey(author);
  if (name.length < LEAST_NAME || !name.includes(' ')) return false;
  const opening = text.slice(0, author.length + 10);
  if (/[:：]/.test(opening)) return false;
  return (
    `${comparisonKey(text.slice(0, author.length + 30))} `.startsWith(`${name} `) && text.length > author.length + 15
  );
}
