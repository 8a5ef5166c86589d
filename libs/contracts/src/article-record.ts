import { z } from 'zod';

/** UTC, RFC 3339, as ninjs' `date-time`. */
export const timestamp = z.iso.datetime().describe('UTC, RFC 3339');

const text = z.strictObject({
  role: z.string().optional(),
  contentType: z.string().optional().describe('media type'),
  value: z.string(),
});

const body = z.strictObject({
  role: z.string().optional(),
  contentType: z.string().optional().describe('text/plain with paragraphs kept, or sanitised text/html'),
  charCount: z.int().optional(),
  wordCount: z.int().optional(),
  value: z.string(),
});

const concept = z.strictObject({
  name: z.string().optional(),
  rel: z.string().optional(),
  uri: z.url().optional(),
  literal: z.string().optional(),
});

const subject = z.strictObject({
  ...concept.shape,
  creator: z.string().optional(),
  relevance: z.int().min(0).max(100).optional(),
  confidence: z.int().min(0).max(100).optional(),
});

const infoSource = z.strictObject({
  name: z.string().optional(),
  role: z.string().optional(),
  uri: z.url().optional(),
  literal: z.string().optional(),
});

const rendition = z.strictObject({
  name: z.string(),
  href: z.url().optional(),
  contentType: z.string().optional(),
  width: z.int().optional(),
  height: z.int().optional(),
});

const association = z.strictObject({
  name: z.string(),
  uri: z.url(),
  rel: z.string().optional(),
  type: z.enum(['picture', 'video', 'audio', 'graphic', 'text']).optional(),
  headlines: z.array(text).optional(),
  descriptions: z.array(text).optional().describe('role "caption" is the caption, role "alt" the text alternative'),
  by: z.string().optional().describe('credit, kept apart from the caption'),
  copyrightNotice: z.string().optional(),
  renditions: z.array(rendition).optional(),
});

const provenance = z
  .strictObject({
    source: z.string().describe('where the value stood: json-ld, open-graph, meta, dom, push …'),
    rule: z.string().optional(),
    version: z.string().optional(),
    confidence: z.number().min(0).max(1).optional(),
  })
  .describe('why a field holds what it holds');

const rightsInfo = z
  .strictObject({
    langId: z.url().optional(),
    linkedRights: z.url().optional(),
    encodedRights: z.string().optional(),
  })
  .describe('a rights expression: by link, or in itself');

/** How an article came in. */
export const acquisition = z.strictObject({
  mode: z.enum(['push', 'feed', 'import']).describe('pushed by a newsroom, found in a feed, or read from an archive'),
  source: z.string().describe('publisher key, feed URL, or `warc:` and the name of the file'),
  fetchedAt: timestamp.describe('when the page was fetched, or its push accepted'),
  status: z.int().optional().describe('HTTP status of the fetch; absent for a pushed document'),
  restore: z.literal(true).optional().describe('the explicit word that a canceled article may be usable again'),
});

/** What ninjs lacks. Stripping it leaves valid ninjs 3.1. */
const extension = z.strictObject({
  url: z.strictObject({
    original: z.url().describe('as pushed or linked'),
    final: z.url().describe('after redirects'),
    canonical: z.url().describe('what the page declares, else the normalised final URL'),
    amp: z.url().optional(),
  }),
  dates: z.strictObject({
    published: timestamp.optional(),
    modified: timestamp.optional(),
    publishedRaw: z.string().optional().describe('as it stood on the page'),
    modifiedRaw: z.string().optional(),
    zoneSource: z.enum(['explicit', 'assumed-utc']).optional().describe('whether the page told its time zone'),
  }),
  access: z.strictObject({
    free: z.boolean().optional().describe('schema.org isAccessibleForFree; absent when the page does not say'),
    evidence: z.string().optional(),
  }),
  corrections: z
    .array(
      z.strictObject({
        text: z.string(),
        date: timestamp.optional().describe('when it was made, as far as the publisher says so'),
      }),
    )
    .optional()
    .describe('what the publisher corrected, each once; no part of the bodies'),
  language: z
    .strictObject({
      detected: z.string().optional().describe('BCP 47'),
      declared: z.string().optional().describe('what the page says of itself'),
      confidence: z.number().min(0).max(1).optional(),
    })
    .optional(),
  readingTime: z.strictObject({ words: z.int(), seconds: z.int() }).optional(),
  fingerprint: z
    .strictObject({
      content: z.string().describe('SHA-256 of normalised headline and text: equal text, equal value'),
      simhash: z.string().describe('64 bits in hex: near texts differ in few bits'),
    })
    .optional(),
  provenance: z.record(z.string(), provenance),
  parse: z.strictObject({
    missing: z.array(z.string()).describe('fields that were looked for and not found'),
    warnings: z.array(z.string()),
  }),
  acquisition,
});

/**
 * The article record: IPTC ninjs 3.1 property names, and what ninjs lacks in `x`.
 * An absent property means that nothing was found; `x.parse.missing` tells what was looked for in vain.
 */
export const articleRecord = z.strictObject({
  uri: z.url().describe('our stable id: urn:uuid:<articleId>'),
  altIds: z
    .array(z.strictObject({ role: z.string().optional(), value: z.string().optional() }))
    .optional()
    .describe('role "guid" is the publisher\'s own id, role "url" the canonical address'),
  type: z.literal('text'),
  version: z.string().optional().describe("the publisher's own version"),
  firstCreated: timestamp.optional().describe('first published'),
  versionCreated: timestamp.describe('when this version was made: modified, else published, else fetched'),
  contentCreated: timestamp.optional(),
  embargoedUntil: timestamp.optional(),
  expires: timestamp.optional(),
  pubStatus: z.enum(['usable', 'withheld', 'canceled']),
  urgency: z.int().min(1).max(9).optional(),
  language: z.string().optional().describe('BCP 47'),
  headlines: z
    .array(text)
    .describe('role "main" stands first; role "display" is the heading of the page where it is worded otherwise'),
  descriptions: z.array(text).optional(),
  bodies: z.array(body),
  by: z.string().optional().describe('byline as one line'),
  people: z.array(concept).optional().describe('rel "author" or "mentioned"'),
  organisations: z.array(concept).optional(),
  places: z.array(concept).optional(),
  subjects: z.array(subject).optional().describe('rel "keyword", "section" or an IPTC Media Topic'),
  infoSources: z.array(infoSource).optional().describe('role "publisher" is the publisher'),
  associations: z.array(association).optional().describe('pictures; rel "lead" is the lead picture'),
  copyrightHolder: z.string().optional(),
  copyrightNotice: z.string().optional(),
  usageTerms: z.string().optional(),
  edNote: z.string().optional(),
  slugline: z.string().optional(),
  located: z.string().optional(),
  genres: z
    .array(z.strictObject({ name: z.string().optional(), uri: z.string().optional(), literal: z.string().optional() }))
    .optional(),
  rightsInfo: rightsInfo.optional(),
  x: extension,
});

export type ArticleRecord = z.output<typeof articleRecord>;

/** `urn:uuid:` of RFC 9562 section 4, as ninjs wants a URI where we have an id. */
export function articleUri(articleId: string): string {
  return `urn:uuid:${articleId}`;
}

/** The record as plain ninjs 3.1: without the `x` block. */
export function toNinjs(record: ArticleRecord): Omit<ArticleRecord, 'x'> {
  const { x: _, ...ninjs } = record;
  return ninjs;
}

/** The plain text body of a record, or the empty string. */
export function plainBody(record: ArticleRecord): string {
  return record.bodies.find(({ contentType }) => contentType === 'text/plain')?.value ?? '';
}

/** The main headline of a record, or the empty string. */
export function mainHeadline(record: ArticleRecord): string {
  return record.headlines[0]?.value ?? '';
}
