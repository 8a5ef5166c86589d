import { definePublisher } from './publisher.js';

export const physOrg = definePublisher({
  name: 'Phys.org',
  hosts: ['phys.org', 'medicalxpress.com', 'techxplore.com'],
  drop: ['.article-main__more', '.article-main__explore'],
  note: 'The citation of the paper and ways to other articles close every article as plain paragraphs.',
});
