import { describe, expect, it } from '@jest/globals';
import { stripSignature, stripSiteName } from './site-suffix.js';

describe('stripSiteName', () => {
  const sites = ['The Northmoor Ledger', 'northmoor-ledger.example', 'northmoor-ledger'];
  it.each([
    ['Ferry sails again | The Northmoor Ledger', 'Ferry sails again'],
    ['Ferry sails again - Northmoor Ledger', 'Ferry sails again'],
    ['The Northmoor Ledger: Ferry sails again', 'The Northmoor Ledger: Ferry sails again'],
    ['Northmoor Ledger – Ferry sails again', 'Ferry sails again'],
    ['Ferry sails again - but only once', 'Ferry sails again - but only once'],
    ['The Northmoor Ledger', 'The Northmoor Ledger'],
  ])('%j', (title, stripped) => {
    expect(stripSiteName(title, sites)).toBe(stripped);
  });
});

describe('stripSignature', () => {
  const sites = ['The Northmoor Ledger', 'northmoor'];
  it.each([
    ['Northmoor Ledger: Ferry sails again', 'Ferry sails again'],
    ['The Northmoor Ledger: Ferry: sails again', 'Ferry: sails again'],
    ['Northmoor: Ferry sails again', 'Ferry sails again'],
    ['Northmoor ferry: sails again', 'Northmoor ferry: sails again'],
    ['Ferry: sails again', 'Ferry: sails again'],
    [': Ferry', ': Ferry'],
  ])('%j', (title, stripped) => {
    expect(stripSignature(title, sites)).toBe(stripped);
  });
});
