import { definePublisher } from './publisher.js';

export const businessInsiderGermany = definePublisher({
  name: 'Business Insider Deutschland',
  hosts: ['businessinsider.de'],
  dropText: ['Dies ist eine maschinelle Übersetzung eines Artikels', 'Lest den Originalartikel auf Englisch'],
  note: 'Translated articles open with a notice about the translation and close with the way to the original, both plain paragraphs without a name.',
});
