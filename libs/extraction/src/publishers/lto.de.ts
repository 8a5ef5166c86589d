import { definePublisher } from './publisher.js';

export const legalTribune = definePublisher({
  name: 'Legal Tribune Online',
  hosts: ['lto.de'],
  drop: '.citewrapper',
  note: 'A suggestion how to cite the article, in words of its own, closes it.',
});
