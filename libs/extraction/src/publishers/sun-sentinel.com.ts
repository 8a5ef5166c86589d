import { definePublisher } from './publisher.js';

export const sunSentinel = definePublisher({
  name: 'South Florida Sun Sentinel',
  hosts: ['sun-sentinel.com'],
  dropText: 'The Sun Sentinel Editorial Board consists of',
  note: 'Editorials close with the members of the board and the way to write to them, in full sentences and a plain paragraph.',
});
