import { afterParagraph, insertAt } from '../anchors.ts';
import type { Chance } from '../chance.ts';
import type { Churn } from '../change.ts';

/** A moment of a later visit, RFC 3339. */
function later(chance: Chance): string {
  return `2026-0${chance.between(4, 9)}-${chance.between(10, 28)}T${chance.between(10, 20)}:${chance.between(10, 59)}:00Z`;
}

const ago = (chance: Chance): string =>
  chance.pick([`${chance.between(2, 59)} minutes ago`, `${chance.between(2, 23)} hours ago`]);

export const clocks: readonly Churn[] = [
  {
    name: 'modified date in the metadata',
    visit: ({ html }, chance) => {
      const at = later(chance);
      const told = html
        .replace(/("dateModified"\s*:\s*")[^"]*/g, `$1${at}`)
        .replace(/(<meta\s[^>]*property="(?:article:modified_time|og:updated_time)"[^>]*content=")[^"]*/gi, `$1${at}`);
      return told === html
        ? html.replace(/<\/head>/i, (tag) => `<meta property="article:modified_time" content="${at}">${tag}`)
        : told;
    },
  },
  {
    name: 'updated … ago below the headline',
    visit: (page, chance) =>
      insertAt(
        page.html,
        page.heading?.outerEnd ?? page.places[0]!.outerStart,
        `<div class="timestamp">Updated <time datetime="${later(chance)}">${ago(chance)}</time></div>`,
      ),
  },
  {
    name: 'updated … ago without a telling class',
    visit: (page, chance) => insertAt(page.html, page.places[0]!.outerStart, `<p>Updated ${ago(chance)}</p>`),
  },
  {
    name: 'last updated at the end',
    visit: (page, chance) =>
      insertAt(
        page.html,
        afterParagraph(page, 1),
        `<p>Last updated: ${chance.between(1, 28)} ${chance.pick(['May', 'June', 'July'])} 2026, ${chance.between(10, 23)}:${chance.between(10, 59)}</p>`,
      ),
  },
  {
    name: 'copyright year',
    visit: ({ html }, chance) => {
      const year = chance.between(2027, 2090);
      const turned = html.replace(/((?:©|&copy;|Copyright)\s{0,3})(?:19|20)\d\d/g, `$1${year}`);
      return turned === html
        ? html.replace(
            /<\/body>/i,
            (tag) => `<footer><p>© ${year} The Publisher. All rights reserved.</p></footer>${tag}`,
          )
        : turned;
    },
  },
  {
    name: 'today’s date in the masthead',
    visit: ({ html }, chance) =>
      html.replace(
        /<body\b[^>]*>/i,
        (tag) =>
          `${tag}<div class="masthead-date">${chance.pick(['Monday', 'Tuesday', 'Friday'])}, ${chance.between(1, 28)} June 2026</div>`,
      ),
  },
];
