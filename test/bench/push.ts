import type { NewsmillClient } from '../support/newsmill-client.ts';

/** Pushes pages over HTTP, so many at a time. @throws where one gets no 202 */
export async function pushAll(
  client: NewsmillClient,
  pages: readonly { url: string; html: string }[],
  concurrency: number,
): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      for (let page = pages[next++]; page !== undefined; page = pages[next++]) {
        const { status, body } = await client.push(page);
        if (status !== 202) throw new Error(`push of ${page.url}: ${status} ${JSON.stringify(body)}`);
      }
    }),
  );
}

/** The flow, once so many were received and everything is answered for. */
export async function settled(
  client: NewsmillClient,
  count: number,
): Promise<{ received: number; states: Record<string, number> }> {
  for (;;) {
    const { received, closes, states } = await client.flow();
    if (received >= count && closes) return { received, states };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
