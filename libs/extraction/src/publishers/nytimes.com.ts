import { definePublisher } from './publisher.js';

export const newYorkTimes = definePublisher({
  name: 'The New York Times',
  hosts: ['nytimes.com'],
  drop: ['#styln-guide', '.bottom-of-article'],
  dropText: ['The Times is committed to publishing', 'Follow The New York Times Opinion section on'],
  note: 'Opinion pieces close with an invitation to write letters, set as paragraphs of the piece; class names are hashes. Guides to a running story stand in the article as a section of their own.',
});
