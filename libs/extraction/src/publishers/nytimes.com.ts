import { definePublisher } from './publisher.js';

export const newYorkTimes = definePublisher({
  name: 'The New York Times',
  hosts: ['nytimes.com'],
  drop: ['#styln-guide', '.bottom-of-article'],
  note: 'A guide to the running story stands in the article as a section of its own, set as its text; class names are hashes. So does what the writer writes about.',
});
