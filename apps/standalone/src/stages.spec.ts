import { describe, expect, it } from '@jest/globals';
import { services } from './pipeline.js';
import { stages } from './stages.js';

describe('the stages that commands know', () => {
  it('are those that the services host, in the order in which an article passes them', () => {
    expect(stages).toEqual(services.flatMap((service) => service.stages));
  });
});
