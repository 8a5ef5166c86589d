import { afterParagraph, insertAt, type Anchored } from '../anchors.ts';
import type { Chance } from '../chance.ts';
import type { Churn } from '../change.ts';

const CLAIMS = [
  ['Drive the new Meridian from 299 a month', 'Book a test drive at your dealer today.'],
  ['Five nights on the coast for less than you think', 'Flights and breakfast included until Sunday.'],
  ['The mattress that 40,000 sleepers swear by', 'Try it for a hundred nights and send it back if you snore.'],
  ['Your pension deserves better', 'Compare eleven providers in two minutes.'],
] as const;

/** Two places in the article, as ad servers fill them. */
function between(page: Anchored, make: (slot: number) => string): string {
  const low = insertAt(page.html, afterParagraph(page, 0.6), make(2));
  return insertAt(low, afterParagraph(page, 0.2), make(1));
}

function creative(chance: Chance): string {
  const [head, line] = chance.pick(CLAIMS);
  const target = `https://click.adserver.example/c?cid=${chance.hex(12)}&amp;cb=${chance.below(1e9)}`;
  return `<a href="${target}" rel="sponsored"><img src="https://cdn.adserver.example/${chance.hex(16)}.jpg" width="300" height="250" alt=""><strong>${head}</strong> ${line}</a>`;
}

export const advertising: readonly Churn[] = [
  {
    name: 'ads between paragraphs',
    visit: (page, chance) =>
      between(
        page,
        (slot) =>
          `<div class="ad-slot ad-slot--${slot}" id="div-gpt-ad-${chance.below(1e9)}-${slot}"><span class="ad-label">Advertisement</span>${creative(chance)}<script>ads.push("${chance.hex(8)}")</script></div>`,
      ),
  },
  {
    name: 'ads without a telling class',
    visit: (page, chance) =>
      between(page, () => `<div id="x${chance.hex(6)}"><p>Advertisement</p>${creative(chance)}</div>`),
  },
  {
    name: 'ads inside paragraphs',
    visit: (page, chance) => {
      const place = page.places[Math.floor(page.places.length / 2)]!;
      const source = page.html.slice(place.start, place.end);
      const gap = /[.!?] (?=[^<>]{20})/.exec(source);
      // At a sentence's end outside of every tag, else at the paragraph's own end.
      const clear = gap !== null && !source.slice(0, gap.index).includes('<') ? gap.index + 2 : source.length;
      const slot = `<span class="inline-ad" data-slot="${chance.hex(6)}"><iframe src="https://frame.adserver.example/${chance.hex(10)}" width="1" height="1"></iframe><script>window.adq=(window.adq||[]).concat(${chance.below(1e6)})</script></span>`;
      return insertAt(page.html, place.start + clear, slot);
    },
  },
  {
    name: 'ad ids in scripts and attributes',
    visit: (page, chance) =>
      page.html
        .replace(/<body\b/i, (tag) => `${tag} data-pageview="${chance.hex(16)}" data-consent="${chance.below(9)}"`)
        .replace(
          /<\/head>/i,
          (tag) =>
            `<script>window.dataLayer=[{"visitor":"${chance.hex(24)}","ab":${chance.below(4)},"slots":["${chance.hex(8)}"]}]</script><meta name="ad-targeting" content="kv=${chance.hex(8)}">${tag}`,
        ),
  },
  {
    name: 'native ad card',
    visit: (page, chance) => {
      const [head, line] = chance.pick(CLAIMS);
      const card = `<div class="native-card promoted"><div><small>Sponsored by ${chance.pick(['Meridian', 'Halden Bank', 'Sleepwell'])}</small><h4><a href="https://partner.example/${chance.hex(8)}">${head}</a></h4><p>${line}</p></div></div>`;
      return insertAt(page.html, afterParagraph(page, 0.5), card);
    },
  },
];
