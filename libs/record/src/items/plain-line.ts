import { readFragment } from '@newsmill/extraction';

const MARKUP = /<\/?[a-z][^<>]{0,500}>/i;

export function holdsMarkup(value: string): boolean {
  return MARKUP.test(value);
}

/** The plain text of a line that may carry markup. */
export function plainOf(value: string | undefined): string | undefined {
  return value === undefined || !holdsMarkup(value) ? value : readFragment(value, 'about:blank').text;
}
