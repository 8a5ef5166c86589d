// push-and-read.mjs <push URL> <query URL> <file of the key> <seconds>
// Pushes an article, reads it back and withdraws it: `helm test` runs this. Each step is a line; exit code 1 names the one
// that failed.
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const [pushUrl, queryUrl, keyFile, seconds] = process.argv.slice(2);
const deadline = Date.now() + Number(seconds) * 1000;
const guid = `helm-test-${randomUUID()}`;
const title = `A test of this installation, ${guid}`;
const text =
  'Whoever installs newsmill wants to know whether an article that is pushed can be read. ' +
  'This one is pushed for that, it is read back, and then it is withdrawn, so that nothing of it stays.';
const page =
  `<html lang="en"><head><title>${title}</title></head><body><article><h1>${title}</h1>` +
  `<p>${text}</p><p>${text}</p></article></body></html>`;

try {
  const key = await firstKey();
  const pushed = await push('PUT', key, { url: `https://helm-test.invalid/${guid}`, html: page });
  console.log(`pushed ${guid}: receipt ${pushed.receiptId}`);

  const stored = await settled(pushed.receiptId, 'stored');
  const article = await ask('GET', `${queryUrl}/v1/articles/${stored.articleId}`);
  if (article.status !== 200) throw new Error(`the article cannot be read: ${told(article)}`);
  const headline = article.body.headlines?.[0]?.value;
  if (headline !== title) throw new Error(`another article is read: ${JSON.stringify(headline)}`);
  console.log(`read ${stored.articleId}: ${headline}`);

  const withdrawn = await push('DELETE', key, { reason: 'helm test' });
  await settled(withdrawn.receiptId, 'withdrawn');
  const gone = await ask('GET', `${queryUrl}/v1/articles/${stored.articleId}`);
  if (gone.status !== 410) throw new Error(`the article can still be read: ${told(gone)}`);
  console.log('withdrawn');
} catch (error) {
  console.error(`FAILED: ${error.message}`);
  process.exitCode = 1;
}

/** The first key of a list as in NEWSMILL_API_KEY: `key` or `publisher=key`. */
async function firstKey() {
  const entry = (await readFile(keyFile, 'utf8')).split(',')[0].trim();
  const key = entry.slice(entry.indexOf('=') + 1);
  if (key.startsWith('sha256:')) {
    throw new Error(
      'the Secret holds the hash of a key: put the key itself into one of its own, and name it in tests.existingSecret',
    );
  }
  return key;
}

/** Pushes until the log has it: a 503 says that it has not. */
async function push(method, key, body) {
  for (;;) {
    const answer = await ask(method, `${pushUrl}/v1/articles/${guid}`, {
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (answer.status === 202) return answer.body;
    if (answer.status !== 503 && answer.status !== 0) throw new Error(`${method} is refused: ${told(answer)}`);
    await waitOr(`${method} is not taken: ${told(answer)}`);
  }
}

/** Waits until a receipt is answered for. */
async function settled(receiptId, wanted) {
  for (;;) {
    const answer = await ask('GET', `${queryUrl}/v1/receipts/${receiptId}`);
    const state = answer.body?.state;
    if (state === wanted) return answer.body;
    if (['stored', 'unchanged', 'rejected', 'withdrawn', 'dead'].includes(state)) {
      throw new Error(`receipt ${receiptId} is ${state}, not ${wanted}: ${answer.body.reason ?? 'no reason is told'}`);
    }
    await waitOr(`receipt ${receiptId} is not ${wanted}: ${told(answer)}`);
  }
}

async function ask(method, url, init = {}) {
  try {
    const response = await fetch(url, { method, signal: AbortSignal.timeout(10_000), ...init });
    const answer = await response.text();
    let body;
    try {
      body = JSON.parse(answer);
    } catch {
      // Some proxy's page: the status says enough.
    }
    return { status: response.status, body, text: answer };
  } catch (error) {
    return { status: 0, text: `${url}: ${error.cause?.message ?? error.message}` };
  }
}

async function waitOr(failure) {
  if (Date.now() > deadline) throw new Error(`${failure}, not within ${seconds} s`);
  await sleep(500);
}

function told({ status, text: answer }) {
  return `${status || 'no answer'} ${answer.slice(0, 300)}`;
}
