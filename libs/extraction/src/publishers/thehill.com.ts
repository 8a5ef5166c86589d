import { definePublisher } from './publisher.js';

export const theHill = definePublisher({
  name: 'The Hill',
  hosts: ['thehill.com'],
  drop: '.rollover-block',
  note: 'Names of politicians carry a box with headlines and a portrait, in spans inside the sentence: to a reader it opens over the text, in the markup it is part of the paragraph.',
});
