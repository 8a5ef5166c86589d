import { describe, expect, it } from '@jest/globals';
import { isWriterNote } from './writer-note.js';

describe('isWriterNote', () => {
  it.each([
    ['Oona Tarrant covers harbours and the people who live from them.', ['Oona Tarrant']],
    ['Oona Tarrant is a reporter for the Ledger.', []],
    ['Ben Ishikawa ist Redakteur im Ressort Wirtschaft.', []],
    ['Claire Dunmore est journaliste à la rédaction de Northmoor.', []],
    ['Inés Voss es corresponsal en Lisboa.', []],
  ])('%j is about the writer', (text, authors) => {
    expect(isWriterNote(text, authors)).toBe(true);
  });

  it.each([
    ['Oona Tarrant: Did you see the dredger that night?', ['Oona Tarrant']],
    ['Oona Tarrant', ['Oona Tarrant']],
    ['The harbour master is a former reporter.', ['Oona Tarrant']],
    ['Alec Dunmore said that he was worried.', ['Oona Tarrant']],
  ])('%j is text', (text, authors) => {
    expect(isWriterNote(text, authors)).toBe(false);
  });
});
