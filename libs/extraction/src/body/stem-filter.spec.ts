import { describe, expect, it } from '@jest/globals';
import { StemFilter } from './stem-filter.js';

describe('StemFilter', () => {
  const filter = new StemFilter(['okie', 'opyr|rese']);

  it('finds the patterns whose stems stand in a text, in capitals too', () => {
    expect(filter.find('We use Cookies here')).toBe(1);
    expect(filter.find('COPYRIGHT 2024, cookies')).toBe(3);
    expect(filter.find('rese')).toBe(2);
  });

  it('finds nothing in other texts', () => {
    expect(filter.find('The ferry sails again')).toBe(0);
    expect(filter.find('oki')).toBe(0);
    expect(filter.find('')).toBe(0);
  });

  it('holds East Asian texts possible', () => {
    expect(filter.find('渡し船が')).toBe(3);
  });

  it('refuses stems of another length', () => {
    expect(() => new StemFilter(['cookie'])).toThrow(RangeError);
  });
});
