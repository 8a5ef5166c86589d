/** node test/support/push-one.ts <url> <key>: pushes one article and waits until it is stored; for smoke tests. */
import { NewsmillClient } from './newsmill-client.ts';
import { articlePage } from './test-site.ts';

const [url, key] = process.argv.slice(2);
if (url === undefined || key === undefined) throw new Error('usage: push-one.ts <url> <key>');
const client = new NewsmillClient(url, key);
const pushed = await client.push({ url: 'https://courier.example/smoke', html: articlePage(1) });
if (pushed.status !== 202) throw new Error(`push: ${pushed.status} ${JSON.stringify(pushed.body)}`);
const receipt = await client.settled(pushed.receiptId!);
if (receipt.state !== 'stored') throw new Error(`the article is ${receipt.state}: ${receipt.reason}`);
const record = await client.article(receipt.articleId!);
process.stdout.write(`stored: ${record.headlines[0]?.value} (${record.uri})\n`);
