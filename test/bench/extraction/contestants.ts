import type { Contestant } from './contestant.ts';

/** What is measured: our extractor, floors that only parse, and other extractors. */
export interface Entry {
  kind: 'own' | 'floor' | 'peer';
  /** Each is loaded where it runs, so that nobody pays for another one's modules. */
  load(): Promise<Contestant>;
}

/** By the name that tables and JSON show. */
export const contestants = {
  newsmill: { kind: 'own', load: async () => (await import('./contestants/newsmill.ts')).newsmill },
  'htmlparser2-dom': {
    kind: 'floor',
    load: async () => (await import('./contestants/htmlparser2-dom.ts')).htmlparser2Dom,
  },
  'htmlparser2-sax': {
    kind: 'floor',
    load: async () => (await import('./contestants/htmlparser2-sax.ts')).htmlparser2Sax,
  },
  'readability-linkedom': {
    kind: 'peer',
    load: async () => (await import('./contestants/readability-linkedom.ts')).readabilityLinkedom,
  },
  'readability-jsdom': {
    kind: 'peer',
    load: async () => (await import('./contestants/readability-jsdom.ts')).readabilityJsdom,
  },
  defuddle: { kind: 'peer', load: async () => (await import('./contestants/defuddle.ts')).defuddle },
  postlight: { kind: 'peer', load: async () => (await import('./contestants/postlight.ts')).postlight },
  extractus: { kind: 'peer', load: async () => (await import('./contestants/extractus.ts')).extractus },
} satisfies Record<string, Entry>;

export type Name = keyof typeof contestants;

export const names = Object.keys(contestants) as Name[];

export function isName(name: string): name is Name {
  return Object.hasOwn(contestants, name);
}
