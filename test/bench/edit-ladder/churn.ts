import type { Churn } from './change.ts';
import { advertising } from './churn/advertising.ts';
import { boxes } from './churn/boxes.ts';
import { clocks } from './churn/clocks.ts';
import { counters } from './churn/counters.ts';
import { pictures } from './churn/pictures.ts';
import { spelling } from './churn/spelling.ts';
import { templates } from './churn/templates.ts';

export const churns: readonly Churn[] = [
  ...advertising,
  ...counters,
  ...boxes,
  ...pictures,
  ...templates,
  ...spelling,
  ...clocks,
];
