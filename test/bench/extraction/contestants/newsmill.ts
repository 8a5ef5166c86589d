import { extractArticle, type Extraction, type ImageFound } from '@newsmill/extraction';
import type { Contestant } from '../contestant.ts';

export const newsmill: Contestant<Extraction> = {
  extract: ({ html, url }) => extractArticle({ html, url }),
  found(result) {
    if (!result.ok) return { articleBody: '' };
    const { text, title, authors, published, language, leadImage, images } = result.article;
    const pictures: ImageFound[] = leadImage ? [leadImage, ...images] : images;
    return {
      articleBody: text,
      title,
      authors: authors.map(({ name }) => name),
      // The day as the publisher writes it, not the one that UTC makes of it.
      datePublished: /^\d{4}-\d\d-\d\d/.exec(published?.raw ?? '')?.[0] ?? published?.iso.slice(0, 10),
      language,
      pictures: pictures.map(({ caption, credit }) => ({ caption, credit })),
    };
  },
};
