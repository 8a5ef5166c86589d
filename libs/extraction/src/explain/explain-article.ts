import type { PageInput } from '../article.js';
import type { Body } from '../body/find-body.js';
import { Role } from '../body/names.js';
import type { Segment } from '../body/segments.js';
import { extract, type ExtractOptions, type Worked } from '../extract-article.js';
import type { HtmlTree } from '../html-tree.js';
import type {
  ExplainedBlock,
  ExplainedBody,
  ExplainedCandidate,
  ExplainedElement,
  ExplainedField,
  ExplainedImage,
  Explanation,
} from './explanation.js';
import { pathOf } from './path-of.js';
import { Trace, type DropReason, type TracedCandidate } from './trace.js';

/** Extracts as `extractArticle` does and tells, of everything that was weighed, why it won or lost. */
export function explainArticle(page: PageInput, options: ExtractOptions = {}): Explanation {
  const trace = new Trace();
  const worked = extract(page, options, trace);
  const { extraction, ruled } = worked;
  return {
    url: page.url,
    outcome: extraction.ok
      ? { article: true, title: extraction.article.title }
      : { article: false, reason: extraction.reason, detail: extraction.detail },
    ...(ruled && {
      publisher: {
        name: ruled.publisher.name,
        note: ruled.publisher.note,
        missed: [...ruled.missed],
        dropped: [...ruled.dropped],
      },
    }),
    fields: [...trace.fields].flatMap(([field, { candidates, scores }]) =>
      explainField(worked, field, candidates, scores),
    ),
    body: explainBody(worked, trace),
    images: explainImages(worked, trace),
    pageKind: trace.kind,
    missing: extraction.ok ? extraction.article.missing : [],
    warnings: extraction.ok ? extraction.article.warnings : [],
  };
}

function explainField(
  { ruled, extraction }: Worked,
  field: string,
  traced: readonly TracedCandidate[],
  scores: readonly number[] | undefined,
): ExplainedField[] {
  const byAgreement = scores !== undefined;
  const ruledTitle = byAgreement ? ruled?.values.title : undefined;
  const candidates = ruledTitle ? [ruledTitle, ...traced] : traced;
  if (candidates.length === 0) return [];
  const ranks = byAgreement
    ? [...(ruledTitle ? [Infinity] : []), ...scores]
    : candidates.map(({ confidence }) => confidence);
  const won = ranks.indexOf(Math.max(...ranks));
  const winner = candidates[won]!;
  const decided = extraction.ok || byAgreement;
  const explained = candidates.map((candidate, i): ExplainedCandidate => {
    const { value, source, rule, confidence } = candidate;
    return {
      value,
      source,
      ...(rule !== undefined && { rule }),
      confidence,
      ...(byAgreement && Number.isFinite(ranks[i]) && { score: rounded(ranks[i]!) }),
      chosen: decided && i === won,
      why: i === won ? whyWon(winner, byAgreement) : whyLost(ranks[i]!, ranks[won]!, winner, byAgreement),
    };
  });
  return [{ field, candidates: [explained[won]!, ...explained.filter((_, i) => i !== won)] }];
}

function whyWon({ source }: TracedCandidate, byAgreement: boolean): string {
  if (source === 'publisher-rule') return "a publisher's rule goes before every generic signal";
  return byAgreement ? 'best supported by the other signals' : 'most trusted';
}

function whyLost(rank: number, best: number, { source, rule }: TracedCandidate, byAgreement: boolean): string {
  const winner = rule === undefined ? source : `${source} ${rule}`;
  if (rank === best) return `equal to ${winner}, which was read before`;
  return `less ${byAgreement ? 'supported' : 'trusted'} than ${winner}`;
}

/** Elements that are told. */
const MAX_ELEMENTS = 8;

function explainBody({ tree, body, extraction, ruled }: Worked, trace: Trace): ExplainedBody {
  if (!tree || !body) return { candidates: [], contents: [], blocks: [] };
  const all = trace.weighed.reduce((most, { letters }) => Math.max(most, letters), 0);
  const element = (node: number, letters: number, score: number): ExplainedElement => ({
    path: pathOf(tree, node),
    letters: Math.round(letters),
    share: all === 0 ? 0 : rounded(letters / all),
    score: Math.round(score),
    chosen: node === body.chosen?.node,
  });
  // Of elements around the same text the best one tells enough.
  const texts = new Set<number>();
  const best = [...trace.weighed]
    .sort((a, b) => b.score - a.score || b.node - a.node)
    .filter(({ letters }) => !texts.has(letters) && texts.add(letters))
    .slice(0, MAX_ELEMENTS);
  const instead =
    extraction.ok &&
    trace.contents.some(({ chosen, source }) => chosen && source !== 'dom' && source !== 'publisher-rule');
  const kept = new Set(body.kept.map(({ start }) => start));
  const whyBlock = (segment: Segment, i: number): ExplainedBlock['why'] => {
    if (kept.has(segment.start)) {
      if (instead) return 'stated-body-instead';
      return body.kept[0]?.start === segment.start && body.kept[0] !== segment ? 'stand-first' : 'running-text';
    }
    return whyDropped(segment, body.clutter.marks[i] as Role, body, tree, trace, (ruled?.body.body.length ?? 0) > 0);
  };
  return {
    candidates: best.map(({ node, letters, score }) => element(node, letters, score)),
    contents: trace.contents,
    blocks: body.page.segments.map((segment, i) => {
      const why = whyBlock(segment, i);
      return {
        text: segment.text.slice(0, SHOWN),
        characters: segment.text.length,
        path: pathOf(tree, segment.container),
        kept: why === 'running-text' || why === 'stand-first',
        why,
      };
    }),
  };
}

/** Characters of a block that are told. */
const SHOWN = 200;

const ROLE_REASONS = new Map<Role, DropReason>(
  (Object.entries(Role) as [keyof typeof Role, Role][]).flatMap(([name, role]) =>
    name === 'none' ? [] : [[role, name]],
  ),
);

function whyDropped(
  segment: Segment,
  role: Role,
  body: Body,
  tree: HtmlTree,
  trace: Trace,
  isRuled: boolean,
): DropReason {
  const told = trace.drops.get(segment.start) ?? ROLE_REASONS.get(role);
  if (told) return told;
  const node = body.chosen?.node ?? 0;
  if (tree.contains(node, segment.start)) return isRuled ? 'publisher-rule' : 'above-body';
  return segment.start < node ? 'above-body' : 'below-body';
}

function explainImages({ tree, images, extraction }: Worked, trace: Trace): ExplainedImage[] {
  if (!tree) return [];
  const lead = extraction.ok ? extraction.article.leadImage?.url : undefined;
  const kept = (images ?? []).map(({ node, image }) => ({
    node,
    explained: {
      path: pathOf(tree, node),
      url: image.url,
      ...(image.caption !== undefined && { caption: image.caption }),
      ...(image.credit !== undefined && { credit: image.credit }),
      kept: true,
      why: image.url === lead ? 'lead image' : 'stands in the article',
    } satisfies ExplainedImage,
  }));
  const left = trace.leftImages.map(({ node, why }) => {
    const url = tree.attribute(node, 'src');
    return { node, explained: { path: pathOf(tree, node), ...(url !== undefined && { url }), kept: false, why } };
  });
  return [...kept, ...left].sort((a, b) => a.node - b.node).map(({ explained }) => explained);
}

function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
