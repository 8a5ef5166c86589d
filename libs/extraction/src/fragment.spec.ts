import { describe, expect, it } from '@jest/globals';
import { readFragment, readPlainText } from './fragment.js';

const BASE = 'https://courier.example/news/';

describe('a text as a newsroom sends it', () => {
  it('keeps what a page would lose as clutter: every word counts', () => {
    const { text } = readFragment(
      '<div class="related-links"><p>Read more</p></div><p>Subscribe to our newsletter.</p><blockquote>We heard a cry over the wall.</blockquote><p>She said: we heard a cry over the wall.</p>',
      BASE,
    );
    expect(text.split('\n\n')).toEqual([
      'Read more',
      'Subscribe to our newsletter.',
      'We heard a cry over the wall.',
      'She said: we heard a cry over the wall.',
    ]);
  });

  it('keeps the words of overlays inside a line', () => {
    expect(readFragment('<p>One <span class="tooltip">two</span> three</p>', BASE).html).toBe('<p>One two three</p>');
  });

  it('writes safe markup alone', () => {
    const { html } = readFragment(
      '<p style="x" onclick="y()">A <b>b</b> <a href="/c">c</a> <a href="javascript:d()">d</a></p><script>e</script><img src=f><form><input></form>',
      BASE,
    );
    expect(html).toBe('<p>A <strong>b</strong> <a href="https://courier.example/c">c</a> d</p>');
  });

  it('drops relative links where there is nothing that they could be relative to', () => {
    expect(readFragment('<p><a href="/c">c</a></p>', 'urn:newsmill:x').html).toBe('<p>c</p>');
  });

  it.each([
    [
      'blank lines part paragraphs',
      'One\r\nstill one\r\n \r\n\r\nTwo',
      'One\nstill one\n\nTwo',
      '<p>One<br>still one</p>\n<p>Two</p>',
    ],
    ['without them, lines do', '\n\nOne\nTwo\n', 'One\n\nTwo', '<p>One</p>\n<p>Two</p>'],
    ['signs of markup are text', 'a < b & "c"', 'a < b & "c"', '<p>a &lt; b &amp; &quot;c&quot;</p>'],
    ['controls and halves of pairs', 'a\u0000b\ud800', 'ab\ufffd', '<p>ab\ufffd</p>'],
    ['nothing', ' \n ', '', ''],
  ])('plain text: %s', (_, plain, text, html) => {
    expect(readPlainText(plain)).toEqual({ text, html, cut: false });
  });
});
