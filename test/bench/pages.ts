import { readFileSync } from 'node:fs';

const SAMPLE = new URL('../../apps/standalone/sample/', import.meta.url);

/** Articles made from the sample site: the same markup and text under addresses of their own. */
export function benchPages(count: number): { url: string; html: string }[] {
  const expected = JSON.parse(readFileSync(new URL('expected.json', SAMPLE), 'utf8')) as Record<
    string,
    { rejected?: true }
  >;
  const templates = Object.entries(expected)
    .filter(([, { rejected }]) => !rejected)
    .map(([path]) => ({ path, html: readFileSync(new URL(`.${path}`, SAMPLE), 'latin1') }))
    .map(({ path, html }) => ({
      path,
      html: /windows-1252/i.test(html) ? html : Buffer.from(html, 'latin1').toString(),
    }));
  return Array.from({ length: count }, (_, number) => {
    const { path, html } = templates[number % templates.length]!;
    const origin = `https://courier-${number}.example`;
    return { url: `${origin}${path}`, html: html.replaceAll('{{origin}}', origin) };
  });
}
