import { afterParagraph, insertAt } from '../anchors.ts';
import type { Chance } from '../chance.ts';
import type { Churn } from '../change.ts';

const HEADLINES = [
  'Ferry strike called off after night of talks',
  'Why the oldest oak in the county is being moved',
  'School roof collapses hours before term begins',
  'Mayor will not stand again, aides say',
  'Twelve recipes for the first cold weekend',
  'Court clears skipper over collision in fog',
  'Rents rise for the ninth month in a row',
  'The village that voted to turn its lights off',
];

function teaser(chance: Chance): string {
  return `<a href="/news/${chance.hex(6)}">${chance.pick(HEADLINES)}</a>`;
}

const list = (chance: Chance, count: number): string =>
  Array.from({ length: count }, () => `<li>${teaser(chance)}</li>`).join('');

export const boxes: readonly Churn[] = [
  {
    name: 'related-links box',
    visit: (page, chance) =>
      insertAt(
        page.html,
        afterParagraph(page, 0.4),
        `<aside class="related-articles"><h3>Related stories</h3><ul>${list(chance, 3)}</ul></aside>`,
      ),
  },
  {
    name: 'related link as a paragraph',
    visit: (page, chance) =>
      insertAt(page.html, afterParagraph(page, 0.4), `<p><strong>Read more:</strong> ${teaser(chance)}</p>`),
  },
  {
    name: 'newsletter sign-up',
    visit: (page, chance) =>
      insertAt(
        page.html,
        afterParagraph(page, 0.3),
        `<div class="newsletter-signup"><h3>${chance.pick(['The morning in five minutes', 'Politics, explained', 'The weekend read'])}</h3><p>${chance.pick(['Sign up to our newsletter for the stories that matter.', 'Get the best of our journalism in your inbox every weekday at seven.'])}</p><form action="/signup"><input type="email" placeholder="Your email"><input type="hidden" name="csrf" value="${chance.hex(20)}"><button>Sign up</button></form></div>`,
      ),
  },
  {
    name: 'newsletter sign-up without a telling class',
    visit: (page, chance) =>
      insertAt(
        page.html,
        afterParagraph(page, 0.3),
        `<div class="css-${chance.hex(6)}"><h4>${chance.pick(['The morning in five minutes', 'Politics, explained', 'The weekend read'])}</h4><p>Sign up to our daily newsletter and never miss a story.</p><form><input type="email"><button>Subscribe</button></form></div>`,
      ),
  },
  {
    name: 'most read',
    visit: (page, chance) =>
      insertAt(
        page.html,
        afterParagraph(page, 1),
        `<section class="most-read"><h2>Most read</h2><ol>${list(chance, 5)}</ol></section>`,
      ),
  },
  {
    name: 'rotating teasers',
    visit: (page, chance) => {
      const cards = Array.from(
        { length: 4 },
        () =>
          `<article class="teaser"><h3>${teaser(chance)}</h3><p>${chance.pick(['What happened in the chamber, and what happens next.', 'Our reporter spent a night with those who would rather not be found.', 'It began with a letter and ended in court.'])}</p></article>`,
      ).join('');
      return page.html.replace(/<\/body>/i, (tag) => `<div class="front-strip">${cards}</div>${tag}`);
    },
  },
  {
    name: 'live ticker teaser',
    visit: (page, chance) =>
      page.html.replace(
        /<body\b[^>]*>/i,
        (tag) =>
          `${tag}<div class="breaking-news-ticker"><span>LIVE</span> <a href="/live/${chance.hex(5)}">${chance.pick(HEADLINES)}</a></div>`,
      ),
  },
  {
    name: 'cookie banner',
    visit: (page, chance) => {
      const banner = `<div id="consent-${chance.hex(4)}" class="cookie-banner" role="dialog"><h2>We value your privacy</h2><p>We and our ${chance.between(100, 900)} partners store and access information on your device to show you personal advertising. You can change your choice at any time.</p><button>Accept all</button><button>Manage</button></div>`;
      return chance.below(2) === 0
        ? page.html.replace(/<body\b[^>]*>/i, (tag) => tag + banner)
        : page.html.replace(/<\/body>/i, (tag) => banner + tag);
    },
  },
  {
    name: 'subscription offer',
    visit: (page, chance) =>
      insertAt(
        page.html,
        afterParagraph(page, 0.7),
        `<div class="subscribe-promo"><h3>Keep reading for ${chance.between(1, 9)} euro</h3><p>Subscribe now and read every story. Cancel at any time.</p><a href="/subscribe?offer=${chance.hex(5)}">Subscribe</a></div>`,
      ),
  },
];
