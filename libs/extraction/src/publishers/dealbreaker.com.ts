import { definePublisher } from './publisher.js';

export const dealbreaker = definePublisher({
  name: 'Dealbreaker',
  hosts: ['dealbreaker.com'],
  dropText: ['Start your day with the Opening Bell powered by', "There's plenty more where that came from. Sign up"],
  note: 'The sponsor of a column is thanked in its first and last paragraph, in full sentences and without a mark.',
});
