import { hash } from 'node:crypto';
import { foldText } from '../fold-text.js';
import { simhash } from '../simhash.js';
import type { Step } from '../step.js';

/** Identifies content: exactly, and by likeness. Both read the folded title and text. */
export const fingerprintStep: Step = {
  name: 'fingerprint',
  version: '1.0.0',
  enrich({ title, text }) {
    // Folded text holds no line break, so that this one tells title and text apart.
    const content = `${foldText(title)}\n${foldText(text)}`;
    return { fingerprint: { value: { content: hash('sha256', content, 'hex'), simhash: simhash(content) } } };
  },
};
