import { z } from 'zod';

/*
 * What is read of ninjs, in lower case: 1.x and 2.x spell so, 3.x is folded to it. Each list stands under the name of
 * 1.x (`subject`) and of its followers (`subjects`). Unknown properties pass. Numbers and strings are taken for each
 * other where publishers mix them up.
 */

const word = z.string().optional();
const number = z.union([z.number(), z.string()]).optional();

const concept = z.object({
  name: word,
  rel: word,
  role: word,
  uri: word,
  literal: word,
  code: word,
  scheme: word,
});

const subject = concept.extend({ creator: word, relevance: z.number().optional(), confidence: z.number().optional() });

const text = z.object({ role: word, contenttype: word, value: z.string() });

const rendition = z.object({
  name: word,
  title: word,
  href: word,
  contenttype: word,
  mimetype: word,
  width: number,
  height: number,
});

/** 1.x holds entries by their name, the others in a list. */
const named = <Entry extends z.ZodType>(entry: Entry) =>
  z.union([z.array(entry), z.record(z.string(), entry)], {
    error: 'must be a list, or an object of named entries (1.x)',
  });

const common = {
  uri: word,
  guid: word,
  type: word,
  version: number,
  firstcreated: word,
  versioncreated: word,
  contentcreated: word,
  embargoed: word,
  embargoeduntil: word,
  expires: word,
  pubstatus: word,
  urgency: number,
  copyrightholder: word,
  copyrightnotice: word,
  usageterms: word,
  ednote: word,
  language: word,
  url: word,
  title: word,
  headline: word,
  byline: word,
  by: word,
  slugline: word,
  located: word,
  descriptions: z.array(text).optional(),
  bodies: z.array(text).optional(),
  headlines: z.array(text).optional(),
  renditions: named(rendition).optional(),
  rightsinfo: z.object({ langid: word, linkedrights: word, encodedrights: word }).optional(),
};

/** 1.x carries texts under names that begin so; their ends tell the format. */
const TEXTS = ['body_', 'description_', 'headline_'] as const;

const associated = z.looseObject({ ...common, name: word, rel: word }).superRefine(namedTexts);

export const ninjsSchema = z
  .looseObject({
    ...common,
    standard: z.object({ name: word, version: word, schema: word }).optional(),
    person: z.array(concept).optional(),
    people: z.array(concept).optional(),
    organisation: z.array(concept).optional(),
    organisations: z.array(concept).optional(),
    place: z.array(concept).optional(),
    places: z.array(concept).optional(),
    subject: z.array(subject).optional(),
    subjects: z.array(subject).optional(),
    genre: z.array(concept).optional(),
    genres: z.array(concept).optional(),
    infosource: z.array(concept).optional(),
    infosources: z.array(concept).optional(),
    authors: z.array(concept).optional(),
    service: z.array(concept).optional(),
    keywords: z.array(z.string()).optional(),
    altids: z
      .union([z.array(z.object({ role: word, value: word })), z.record(z.string(), z.string())], {
        error: 'must be a list of {role, value}, or an object (1.x)',
      })
      .optional(),
    associations: named(associated).optional(),
  })
  .superRefine(namedTexts);

export type Ninjs = z.output<typeof ninjsSchema>;
export type NinjsAssociated = z.output<typeof associated>;
export type NinjsConcept = z.output<typeof subject>;

function namedTexts(document: Record<string, unknown>, context: z.RefinementCtx): void {
  for (const [name, value] of Object.entries(document)) {
    if (TEXTS.some((start) => name.startsWith(start)) && typeof value !== 'string') {
      context.addIssue({ code: 'custom', path: [name], message: 'must be a text' });
    }
  }
}
