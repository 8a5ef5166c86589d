/** Why cases are left out: by folder, by the field that the expectation looks at, and few by name. */

const FOLDERS: readonly [prefix: string, reason: string][] = [
  [
    'wellformed/sanitize/',
    'sanitising: the parser does it with the whole document, in libs/extraction and its own tests',
  ],
  ['wellformed/cdf/', 'CDF, a format of 1997 that newsmill does not read'],
  ['wellformed/geo/', 'coordinates (GeoRSS, GML): not read'],
  ['illformed/geo/', 'coordinates (GeoRSS, GML): not read'],
  ['wellformed/psc/', 'podcast chapters: not read'],
  ['wellformed/http/headers_', 'headers of the answer, which belong to the HTTP client'],
];

/** Expectations on what newsmill does not take from a feed. The first pattern that fits decides. */
const PATHS: readonly [pattern: RegExp, reason: string][] = [
  [/_detail\.base$|content\.base$/, 'the base address itself: newsmill resolves links with it and does not tell it'],
  [/_detail\.language$/, 'the language of a single field: newsmill keeps one per feed and one per entry'],
  [/_detail\.type$|content\.(?:type|src)$/, 'media type of a field: newsmill gives HTML whatever the type'],
  [/(?:author_detail|authors)\.(?:email|url|href|uri)$/, 'addresses of authors: only names are kept'],
  [/\blinks$|links\.(?!href$)\w+$/, 'links other than the page, and their attributes'],
  [/\b(?:contributors|publisher|publisher_detail)\b/, 'contributors and publishers: not read'],
  [/\b(?:copyright|copyright_detail|rights|rights_detail|license|cc_license)\b/, 'rights: not read'],
  [
    /\b(?:info|info_detail|generator|generator_detail|docs|cloud|textinput|comments)\b/,
    'about the feed, not about articles',
  ],
  [/^feed\.(?:id|guid|tags|category|image|icon|logo)\b/, 'identity, categories and images of the feed: not read'],
  [/^entries\.(?:image|enclosures|media_)/, 'media and further links of an entry: not read'],
  [/^entries\.source\b/, 'the feed that an entry was copied from: not read but for its authors'],
  [/^feed\.(?:published|updated)/, 'dates of the feed itself: not read'],
  [/\b(?:created|created_parsed|expired|expired_parsed|validity_\w+)\b/, 'dates other than published and updated'],
  [/tags\.(?:scheme|label)$/, 'scheme and label of a category: one text is kept'],
  [
    /\bitunes_|\bpsc_|\bthr_|\bwfw_|\bwhere\b|\bguidislink\b|\bmadeup|\babcdefg/,
    'extensions that say nothing of articles',
  ],
  [/^bozo_/, 'words on well-formedness'],
  [/^version$/, 'the version of a format'],
  [/^(?:entries|feed)\.subtitle_?$/, 'itunes subtitle'],
];

const NAMES: readonly [pattern: RegExp, reason: string][] = [
  [
    /^encoding\/http_text_\w*(?:_default|_encoding|_bogus_charset|_bogus_param|_qs)\.xml$/,
    'RFC 3023 made text/xml without charset US-ASCII; RFC 7303 (section 3.2) took it back',
  ],
  [/^encoding\/(?:u?tf[-_]32|utf-32)/, 'UTF-32, which the WHATWG Encoding standard leaves out'],
  [
    /^encoding\/(?:bozo_)?double-encoded-html|bozo_linenoise/,
    'guessing that a text was encoded twice or is in two charsets',
  ],
  [/^encoding\/demoronize-3/, 'character references inside HTML are read with the HTML'],
  [
    /^wellformed\/atom(?:10)?\/(?:feed|entry)_author_map_author\.xml$/,
    'name and address of an author as one text: only names are kept',
  ],
  [
    /^wellformed\/atom(?:10)?\/entry_link_no_href\.xml$|feed_link_xml_base_iri/,
    'links other than the page, and their attributes',
  ],
  [/^wellformed\/atom10\/entry_category_term/, 'of term and label of a category the label is kept'],
  [
    /^wellformed\/atom10\/(?:qna|missing_quote_in_attr)\.xml$|item_description_not_a_doctype\.xml$/,
    'HTML repaired, which is sanitising',
  ],
  [/^wellformed\/atom10\/entry_content_text_plain_brackets/, 'plain text as content is given as HTML that shows it'],
  [/^wellformed\/atom\/entry_updated_multiple_values/, 'of two dates where RFC 4287 allows one, the first is taken'],
  [
    /^wellformed\/rss\/channel_(?:author|dc_author|dc_creator|managingEditor)/,
    'editors of a channel are no authors of its items',
  ],
  [/^wellformed\/namespace\/rss2\.0(?:svg|svg5|svgtitle|xlink)\.xml$/, 'HTML repaired, which is sanitising'],
  [/^wellformed\/rss\/item_dc_date/, 'dc:date alone is when the article was published'],
  [
    /^wellformed\/rss\/(?:item_description_and_summary|item_summary_and_description)/,
    'RSS has no summary beside its description',
  ],
  [/^wellformed\/rss\/channel_description_shorttag/, 'what is empty is absent'],
  [/^wellformed\/rss\/item_madeup_tags_element/, 'elements that no format has'],
  [/^wellformed\/itunes\/itunes_item_category/, 'categories of podcasts'],
  [/^wellformed\/itunes\/itunes_(?:channel|item)_summary/, 'itunes:summary, which its owner has withdrawn'],
  [/^wellformed\/base\/http_entry_id_/, 'identifiers are kept as written (RFC 4287 section 4.2.6)'],
  [
    /^wellformed\/lang\/item_(?:content_encoded|fullitem|xhtml_body)_xml_lang/,
    'the language of a single field: newsmill keeps one per feed and one per entry',
  ],
];

export function excludedFolder(name: string): string | undefined {
  return FOLDERS.find(([prefix]) => name.startsWith(prefix))?.[1];
}

export function excludedPath(path: string): string | undefined {
  return PATHS.find(([pattern]) => pattern.test(path))?.[1];
}

export function excludedName(name: string): string | undefined {
  return NAMES.find(([pattern]) => pattern.test(name))?.[1];
}

/** Every reason there is, so that one that fits no case is noticed. */
export function allExclusions(): string[] {
  return [...new Set([...FOLDERS, ...PATHS, ...NAMES].map(([, reason]) => reason))];
}
