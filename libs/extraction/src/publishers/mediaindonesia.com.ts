import { definePublisher } from './publisher.js';

export const mediaIndonesia = definePublisher({
  name: 'Media Indonesia',
  hosts: ['mediaindonesia.com'],
  fields: { authors: '.author-2' },
  note: 'The metadata name the editor as the author; who wrote the article stands below the headline, without a word like "by".',
});
