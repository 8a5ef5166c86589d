import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { DocumentMediaType } from '@newsmill/contracts';
import { sniffDocument, splitDocument } from '@newsmill/record';

const DATA = new URL('../../../shared/data/ninjs/', import.meta.url);
const FOLDERS = ['examples/', 'documentation/'].map((folder) => new URL(folder, DATA));
const OWN = new URL('../../libs/record/golden/', import.meta.url);

/** The standard's own schema of ninjs 3.1. */
export const NINJS_SCHEMA = new URL('specification/ninjs-schema_3.1.json', DATA);

/** What a newsroom pushes: an item of ninjs, NewsML or NITF. */
export interface NewsroomExample {
  name: string;
  content: string;
  mediaType: DocumentMediaType | undefined;
}

/** Tells on stderr where the standard's examples are missing. */
export function standardExamplesAreThere(): boolean {
  const areThere = existsSync(NINJS_SCHEMA);
  if (!areThere) console.warn(`SKIPPED: the examples and schemas of ninjs are not at ${DATA.pathname}`);
  return areThere;
}

/** Every example of the standard; a list of items is as many. */
export function standardExamples(): NewsroomExample[] {
  const files = FOLDERS.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(?:json|xml)$/.test(file))
      .map((file) => new URL(file, folder)),
  );
  return files.flatMap((file) => {
    const content = readFileSync(file, 'utf8');
    const mediaType = sniffDocument(content, 'application/octet-stream');
    const items = mediaType === undefined ? [content] : splitDocument(content, mediaType);
    return items.map((item, index) => ({
      name: fileURLToPath(file).split('/').slice(-2).join('/') + (items.length > 1 ? `#${index + 1}` : ''),
      content: item,
      mediaType,
    }));
  });
}

/** Documents of our own, of every format. */
export function ownExamples(): NewsroomExample[] {
  return readdirSync(OWN)
    .filter((file) => !file.endsWith('.expected.json'))
    .map((name) => {
      const content = readFileSync(new URL(name, OWN), 'utf8');
      return { name, content, mediaType: sniffDocument(content, undefined) };
    });
}
