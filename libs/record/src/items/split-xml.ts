import { descendants, readXml } from './xml.js';

/** The elements of a name, each as a document of its own; the document itself unless there are several. */
export function splitXml(content: string, name: string): string[] {
  const xml = readXml(content, true);
  if (!xml.ok) return [content];
  const items = descendants(xml.root, name);
  return items.length > 1 ? items.map(({ start, end }) => xml.text.slice(start, end)) : [content];
}
