import { definePublisher } from './publisher.js';

export const ndr = definePublisher({
  name: 'Norddeutscher Rundfunk',
  hosts: ['ndr.de'],
  drop: ['#printbox', '.relatedbroadcast', '.tagbox', '.textauthor'],
  note: 'Byline, programme and a notice that only a printout shows stand between the paragraphs.',
});
