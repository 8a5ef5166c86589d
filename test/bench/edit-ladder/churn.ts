import type { Anchored } from './anchors.ts';
import type { Chance } from './chance.ts';
import { advertising } from './churn/advertising.ts';
import { boxes } from './churn/boxes.ts';
import { clocks } from './churn/clocks.ts';
import { counters } from './churn/counters.ts';
import { pictures } from './churn/pictures.ts';
import { spelling } from './churn/spelling.ts';
import { templates } from './churn/templates.ts';

/** Something that moves from one visit to the next and that is not the article. */
export interface Churn {
  name: string;
  /** The source as one visit finds it; equal to the page's own where the page has nothing that could move so. */
  visit(page: Anchored, chance: Chance): string;
}

export const churns: readonly Churn[] = [
  ...advertising,
  ...counters,
  ...boxes,
  ...pictures,
  ...templates,
  ...spelling,
  ...clocks,
];
