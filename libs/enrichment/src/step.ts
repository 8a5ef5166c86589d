/** What steps read: plain text, paragraphs kept as line breaks. */
export interface ArticleText {
  title: string;
  text: string;
  /** As the page or feed states it; meant to be BCP 47. */
  declaredLanguage?: string;
}

/** All that steps can say of an article. A field is absent when its step had nothing to say. */
export interface Annotations {
  language?: Language;
  readingTime?: ReadingTime;
  fingerprint?: Fingerprint;
}

export interface Language {
  /** BCP 47 primary language subtag: `en`, `de`, `zh` … */
  tag: string;
  /** 0 to 1; how sure the choice is, not a probability. */
  confidence: number;
  /** What the article declared, in canonical form, whether or not it was followed; absent when it declared nothing valid. */
  declared?: string;
}

export interface ReadingTime {
  words: number;
  seconds: number;
}

export interface Fingerprint {
  /** SHA-256 in hex: equal for equal content, however it is spaced and quoted. */
  content: string;
  /** 64 bits in hex: close in Hamming distance for similar content. */
  simhash: string;
}

/** A step's values, each with how sure it is (0 to 1) where that can be said. */
export type Findings = {
  [Name in keyof Annotations]?: { value: NonNullable<Annotations[Name]>; confidence?: number };
};

/** One kind of annotation. Pure: the same article and version give the same findings everywhere and always. */
export interface Step {
  /** Kebab-case; the name by which it is switched and shown. */
  name: string;
  /** Semantic version of its results: raised whenever the same article would be annotated otherwise. */
  version: string;
  enrich(article: ArticleText): Findings;
}

/** Where an annotation comes from. */
export interface Provenance {
  step: string;
  version: string;
  confidence?: number;
}
