import { afterParagraph, insertAt, type Anchored } from '../anchors.ts';
import type { Churn } from '../change.ts';

/** Below the heading, where pages show their figures; above the text where there is no heading. */
function belowHeading({ heading, places }: Anchored): number {
  return heading?.outerEnd ?? places[0]!.outerStart;
}

export const counters: readonly Churn[] = [
  {
    name: 'share counters',
    visit: (page, chance) =>
      insertAt(
        page.html,
        belowHeading(page),
        `<ul class="social-share"><li><a href="https://social.example/share">Facebook <span class="count">${chance.between(10, 9000)}</span></a></li><li><a href="https://chirp.example/intent">Post <span class="count">${chance.between(1, 90)}.${chance.below(9)}K</span></a></li><li><a href="mailto:?subject=x">Email</a></li></ul>`,
      ),
  },
  {
    name: 'view counts',
    visit: (page, chance) =>
      insertAt(
        page.html,
        belowHeading(page),
        `<div class="article-stats"><span>${chance.between(1, 900)},${chance.between(100, 999)} views</span> <span>${chance.between(2, 9)} min read</span></div>`,
      ),
  },
  {
    name: 'view counts without a telling class',
    visit: (page, chance) =>
      insertAt(
        page.html,
        afterParagraph(page, 1),
        `<p>${chance.between(1, 900)},${chance.between(100, 999)} views</p>`,
      ),
  },
  {
    name: 'comment counts',
    visit: (page, chance) =>
      insertAt(
        page.html,
        belowHeading(page),
        `<a class="comments-link" href="#comments">${chance.between(2, 800)} comments</a>`,
      ),
  },
  {
    name: 'people reading now',
    visit: (page, chance) =>
      insertAt(
        page.html,
        afterParagraph(page, 0),
        `<div class="live-readers">${chance.between(40, 4000)} people are reading this right now</div>`,
      ),
  },
  {
    name: 'readers’ comments',
    visit: (page, chance) => {
      const entry = (): string =>
        `<div class="comment"><b>${chance.pick(['Otto', 'marsh_hen', 'Lin', 'Grumpy of Hale'])}</b> <span>${chance.between(2, 59)} minutes ago</span><p>${chance.pick(['I have lived here for thirty years and nobody ever asked me about it.', 'Well said, and about time that somebody did.', 'The figures do not add up, whatever the council says in its letter.'])}</p><button>Like ${chance.below(90)}</button></div>`;
      const section = `<section id="comments" class="comments"><h3>Comments (${chance.between(3, 300)})</h3>${entry()}${entry()}${entry()}</section>`;
      return insertAt(page.html, afterParagraph(page, 1), section);
    },
  },
  {
    name: 'stock ticker and weather',
    visit: (page, chance) =>
      page.html.replace(
        /<body\b[^>]*>/i,
        (tag) =>
          `${tag}<div class="markets-bar"><span>FTSE ${chance.between(7000, 9000)}.${chance.between(10, 99)}</span> <span>+0.${chance.between(10, 99)} %</span> <span>${chance.between(-5, 30)}° cloudy</span></div>`,
      ),
  },
];
