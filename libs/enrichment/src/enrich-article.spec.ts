import { describe, expect, it } from '@jest/globals';
import { enrichArticle } from './enrich-article.js';
import type { Step } from './step.js';
import { allSteps } from './steps.js';

const article = {
  title: 'Harbour closes for two weeks',
  text: 'The harbour will close for two weeks while divers repair the northern gate.\nFerries will leave from the old quay.',
  declaredLanguage: 'en-GB',
};

describe('enrichArticle', () => {
  it('annotates and says which step did', () => {
    expect(enrichArticle(article)).toEqual({
      annotations: {
        language: { tag: 'en', confidence: expect.any(Number), declared: 'en-GB' },
        readingTime: { words: 20, seconds: 6 },
        fingerprint: {
          content: expect.stringMatching(/^[0-9a-f]{64}$/),
          simhash: expect.stringMatching(/^[0-9a-f]{16}$/),
        },
      },
      provenance: {
        language: { step: 'language', version: '1.0.0', confidence: expect.any(Number) },
        readingTime: { step: 'reading-time', version: '1.0.0' },
        fingerprint: { step: 'fingerprint', version: '1.0.0' },
      },
    });
  });

  it('runs the chosen steps alone', () => {
    const chosen = allSteps.filter(({ name }) => name === 'reading-time');
    expect(Object.keys(enrichArticle(article, chosen).annotations)).toEqual(['readingTime']);
  });

  it('leaves out what a step does not say', () => {
    const { annotations, provenance } = enrichArticle({ title: '', text: '' });
    expect(annotations).not.toHaveProperty('language');
    expect(provenance).not.toHaveProperty('language');
    expect(annotations.readingTime).toEqual({ words: 0, seconds: 0 });
  });

  it('refuses two steps for one annotation', () => {
    const rival: Step = {
      name: 'rival',
      version: '1.0.0',
      enrich: () => ({ readingTime: { value: { words: 1, seconds: 1 } } }),
    };
    expect(() => enrichArticle(article, [...allSteps, rival])).toThrow(
      'Steps reading-time and rival both annotate readingTime',
    );
  });

  it('names its steps once, in kebab-case, with a version', () => {
    expect(new Set(allSteps.map(({ name }) => name)).size).toBe(allSteps.length);
    for (const { name, version } of allSteps) {
      expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    }
  });
});
