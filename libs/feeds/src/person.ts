/**
 * The name in what a feed writes for a person: RSS 2.0 wants `me@example.com (Name)`, others write `Name (me@example.com)`
 * or `Name <me@example.com>`. A text that is an address alone stays.
 */
export function person(text: string): string {
  const parts = /^([^<>()]*)[<(]([^<>()]*)[>)]\s*$/.exec(text.slice(0, 500));
  const [outside = '', inside = ''] = [parts?.[1]?.trim(), parts?.[2]?.trim()];
  if (parts === null) return text;
  if (isEmail(inside)) return outside === '' ? inside : outside;
  return isEmail(outside) && inside !== '' ? inside : text;
}

function isEmail(text: string): boolean {
  return /^(?:mailto:)?[^\s@]+@[^\s@]+$/i.test(text);
}
