import { uriOf, urnOf } from '../items/addresses.js';
import { clean, type ItemBuilder } from '../items/item-builder.js';
import { plainOf } from '../items/plain-line.js';
import { type Association, pixels, type Rendition, typeOf } from '../items/renditions.js';
import type { Ninjs, NinjsAssociated } from './ninjs-schema.js';

/** The JSON pointer of a place in the document. */
type At = (...path: PropertyKey[]) => string;

/** What is associated with the item: by reference alone. What cannot be referred to is left out with a warning. */
export function addAssociations(to: ItemBuilder, associations: Ninjs['associations'], at: At): void {
  const entries = Array.isArray(associations)
    ? associations.map((entry, index) => [undefined, index, entry] as const)
    : Object.entries(associations ?? {}).map(([name, entry]) => [name, name, entry] as const);
  for (const [key, step, entry] of entries) {
    const name = clean(key ?? entry.name) ?? `association-${Number(step) + 1}`;
    const association = associationOf(to, name, entry, (...path) => at(step, ...path));
    if (association === undefined) to.warn(at(step), 'neither the item nor a rendition of it has an address; left out');
    else to.add('associations', association, at(step));
  }
}

/** The item's own renditions, as what is associated with its text. */
export function addOwnRenditions(to: ItemBuilder, item: Ninjs, at: At): void {
  const renditions = renditionsOf(to, item.renditions, at);
  const href = renditions.find((rendition) => rendition.href !== undefined)?.href;
  if (href === undefined) return;
  const by = clean(item.by ?? item.byline);
  to.add(
    'associations',
    {
      name: 'main',
      uri: uriOf(item.uri) ?? href,
      rel: 'lead',
      ...typeOf(item.type, renditions),
      ...(by !== undefined && { by }),
      renditions,
    },
    at('renditions'),
  );
}

function associationOf(to: ItemBuilder, name: string, item: NinjsAssociated, at: At): Association | undefined {
  const renditions = renditionsOf(to, item.renditions, at);
  const guid = clean(item.uri ?? item.guid);
  const uri = uriOf(guid) ?? renditions.find(({ href }) => href !== undefined)?.href ?? (guid && urnOf(guid));
  if (uri === undefined) return undefined;
  const { credits, descriptions } = describe(item);
  const headlines = [item.headline, ...(item.headlines ?? []).map(({ value }) => value), item.title]
    .map((value) => clean(plainOf(value)))
    .filter((value) => value !== undefined)
    .slice(0, 1);
  const by = clean(item.by ?? item.byline) ?? credits[0];
  const notice = clean(item.copyrightnotice);
  const rel = clean(item.rel);
  return {
    name,
    uri,
    ...(rel !== undefined && { rel }),
    ...typeOf(item.type, renditions),
    ...(headlines.length > 0 && {
      headlines: headlines.map((value) => ({ role: 'main', contentType: 'text/plain', value })),
    }),
    ...(descriptions.length > 0 && { descriptions }),
    ...(by !== undefined && { by }),
    ...(notice !== undefined && { copyrightNotice: notice }),
    ...(renditions.length > 0 && { renditions }),
  };
}

/** The caption and the text alternative, and the credit kept apart from them. */
function describe(item: NinjsAssociated): {
  credits: string[];
  descriptions: NonNullable<Association['descriptions']>;
} {
  const named = Object.entries(item)
    .filter(([name]) => name.startsWith('description_'))
    .map(([name, value]) => ({ role: name.slice('description_'.length), value: String(value) }));
  const credits: string[] = [];
  const texts = new Map<string, string>();
  for (const { role = '', value } of [...(item.descriptions ?? []), ...named]) {
    const text = clean(plainOf(value));
    if (text === undefined) continue;
    if (/credit/i.test(role)) credits.push(text);
    else if (/^alt/i.test(role)) texts.set('alt', texts.get('alt') ?? text);
    else if (!/^writer$/i.test(role)) texts.set('caption', texts.get('caption') ?? text);
  }
  return { credits, descriptions: [...texts].map(([role, value]) => ({ role, contentType: 'text/plain', value })) };
}

function renditionsOf(to: ItemBuilder, stated: Ninjs['renditions'], at: At): Rendition[] {
  const entries = Array.isArray(stated)
    ? stated.map((entry, index) => [entry.name ?? `rendition-${index + 1}`, entry] as const)
    : Object.entries(stated ?? {});
  return entries.slice(0, 100).flatMap(([name, entry]) => {
    const href = uriOf(entry.href);
    if (href === undefined && entry.href !== undefined) {
      to.warn(at('renditions'), `"${entry.href.slice(0, 80)}" is no absolute address; left out`);
      return [];
    }
    const contentType = clean(entry.contenttype ?? entry.mimetype);
    return [
      {
        name: clean(name) ?? 'rendition',
        ...(href !== undefined && { href }),
        ...(contentType !== undefined && { contentType }),
        ...pixels('width', entry.width),
        ...pixels('height', entry.height),
      },
    ];
  });
}
