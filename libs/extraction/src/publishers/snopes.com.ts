import { definePublisher } from './publisher.js';

export const snopes = definePublisher({
  name: 'Snopes',
  hosts: ['snopes.com'],
  drop: ['.smg-zone', '.team'],
  note: 'An appeal for support in full sentences and the list of the staff stand in the article, in zones named after the system that fills them.',
});
