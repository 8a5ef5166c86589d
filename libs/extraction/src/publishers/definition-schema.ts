import { z } from 'zod';
import type { PublisherDefinition } from './definition.js';
import { compileLocator } from './locator.js';
import { compileSelector } from './selector.js';

const HOST = /^[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,10}$/;

/** A shorter beginning would fit paragraphs of articles. */
const LEAST_BEGINNING = 20;

const text = z.string('write a text').trim().min(1, 'must not be empty');
const day = z.iso.date('write a calendar day, like "2026-03-01"').optional();

function checked(compile: (source: string) => unknown): z.ZodType<string> {
  return text.superRefine((source, context) => {
    try {
      compile(source);
    } catch (error) {
      const message = `${JSON.stringify(source)} is no selector that can be used (${(error as Error).message}): correct it`;
      context.addIssue({ code: 'custom', message });
    }
  });
}

/** One text or several. */
function oneOrMore(item: z.ZodType<string>): z.ZodType<string[] | undefined> {
  const several = z.array(item, 'write a text or a list of texts').min(1, 'name at least one, or leave it out');
  return z.preprocess((value) => (typeof value === 'string' ? [value] : value), several.optional());
}

const selectors = oneOrMore(checked(compileSelector));
const locators = oneOrMore(checked(compileLocator));

const schema = z
  .strictObject({
    name: text,
    hosts: z
      .array(
        z.string('write a text').regex(HOST, 'write the bare host in lower case, like "example.com"'),
        'write a list of hosts, like ["example.com"]',
      )
      .min(1, 'name at least one host'),
    validFrom: day,
    validUntil: day,
    fields: z
      .strictObject({
        title: locators,
        description: locators,
        authors: locators,
        published: locators,
        modified: locators,
        siteName: locators,
        publisher: locators,
        language: locators,
        section: locators,
        keywords: locators,
        leadImage: locators,
      })
      .partial()
      .optional(),
    body: selectors,
    drop: selectors,
    dropText: oneOrMore(z.string('write a text').min(LEAST_BEGINNING, `write at least ${LEAST_BEGINNING} characters`)),
    keep: selectors,
    note: z.string('say why the generic road fails').trim().min(1, 'say why the generic road fails'),
  })
  .partial({ body: true, drop: true, dropText: true, keep: true })
  .superRefine(({ validFrom, validUntil, fields, body, drop, dropText, keep }, context) => {
    if (validFrom !== undefined && validUntil !== undefined && validUntil < validFrom)
      context.addIssue({ code: 'custom', path: ['validUntil'], message: 'is before validFrom: exchange them' });
    if (!body && !drop && !dropText && !keep && Object.keys(fields ?? {}).length === 0)
      context.addIssue({
        code: 'custom',
        path: ['fields'],
        message: 'nothing is ruled: add a field, body, drop or keep',
      });
  });

/** The definition, or every problem with it as `field: what is wrong and what to do`. */
export function readDefinition(data: unknown): { definition: PublisherDefinition } | { problems: string[] } {
  const read = schema.safeParse(data);
  if (read.success) return { definition: read.data as PublisherDefinition };
  return { problems: read.error.issues.flatMap(problemsOf) };
}

function problemsOf(issue: z.core.$ZodIssue): string[] {
  const place = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map(
      (key) => `${place ? `${place}.` : ''}${key}: is not known here: correct its name or remove it`,
    );
  }
  return [`${place || 'file'}: ${issue.message}`];
}
