import { definePublisher } from './publisher.js';

export const theHill = definePublisher({
  name: 'The Hill',
  hosts: ['thehill.com'],
  drop: '.rollover-block',
  note: 'Names of politicians carry a box with headlines and a portrait, in spans inside the sentence: the portraits are named like pictures of the article and stand among them.',
});
