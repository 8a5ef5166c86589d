import { describe, expect, it } from '@jest/globals';
import { isBoilerplate } from './boilerplate.js';

describe('isBoilerplate', () => {
  it.each([
    'If you buy a lamp through a link on our pages, the Ledger may earn a small commission at no cost to you.',
    'Our reviews are independent; we use affiliate links.',
    'Dieser Text enthält Affiliate-Links: Kaufen Sie darüber ein, erhalten wir eine Provision.',
    'Cet article contient des liens affiliés.',
    'Dieser Artikel wurde aus dem Dänischen übersetzt.',
    'This story was translated from the Danish by a machine and read by an editor.',
    'Your browser does not support HTML5 video.',
    'Ich bin damit einverstanden, dass mir Inhalte von Lumen angezeigt werden.',
    'Quotes delayed by at least 15 minutes.',
    'Our journalism needs your support.',
    'The Ledger welcomes letters to the editor: send yours to letters@ledger.example.',
    'Follow the Ledger on Facebook and Instagram.',
    'Der Hafen am Abend: Hier geht es zum Newsletter der Redaktion.',
    'Suivez-nous sur WhatsApp.',
    'Síguenos en Telegram',
    'Siga o Ledger no Instagram',
    'Iscriviti alla nostra newsletter',
    'Følg oss på Facebook',
    'この記事は有料会員になるとお読みいただけます。',
  ])('%j is of the house', (text) => {
    expect(isBoilerplate(text)).toBe(true);
  });

  it.each([
    'The broker said that agents may earn a commission of two per cent, and that nobody had told the widow so.',
    'She translated the novel from the Danish in a single winter.',
    'The town council follows the harbour master on Twitter, and he follows nobody.',
    'The train was delayed by two hours because of snow on the line.',
    'He wrote in a letter to the council that the newsletter of the parish had been late.',
    'Die Provision für den Makler zahlt künftig der Verkäufer.',
    'Cookies and browsers are what the new law of the state parliament is about.',
    'Er hat den Betrag dem Verein als Spende übergeben.',
  ])('%j is text', (text) => {
    expect(isBoilerplate(text)).toBe(false);
  });
});
