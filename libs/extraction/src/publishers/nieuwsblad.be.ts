import { definePublisher } from './publisher.js';

export const nieuwsblad = definePublisher({
  name: 'Het Nieuwsblad',
  hosts: ['nieuwsblad.be'],
  drop: '[id^="sales-"]',
  note: 'Offers for each kind of visitor are all in the page; a script shows one of them.',
});
