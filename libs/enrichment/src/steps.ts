import type { Step } from './step.js';
import { fingerprintStep } from './steps/fingerprint.step.js';
import { languageStep } from './steps/language.step.js';
import { readingTimeStep } from './steps/reading-time.step.js';

/** Every step, in the order in which they run. A new step is a file in `steps/` and a line here. */
export const allSteps: readonly Step[] = [languageStep, readingTimeStep, fingerprintStep];
