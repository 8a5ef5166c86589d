import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import { Problem, StreamedBody } from '@newsmill/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Door } from './door.js';
import { parseJsonText, utf8Text } from './json-text.js';
import { readOwnGuid } from './push-fields.js';
import { PushKeys, type SigningCaller } from './push-keys.js';
import { PushLimits } from './push-limits.js';
import { type Push, readPush } from './read-push.js';
import { RequestBodies } from './request-body.js';
import { sameDigest, superdeskDigest } from './signature.js';
import { StatusUrls } from './status-url.js';

const NINJS = 'application/vnd.iptc.ninjs+json';

/** Largest asset that is passed over, in bytes. 256 MiB. */
const MAX_ASSET_BYTES = 256 * 1024 * 1024;

/**
 * The other end of Superdesk's HTTP Push, as Superdesk is: it signs the body alone, with SHA-1, and takes 201 alone for
 * success. Media stay where they are: Superdesk asks for each asset before it sends it, and is told that none is missing.
 */
@Controller('v1/superdesk')
export class SuperdeskController {
  constructor(
    private readonly door: Door,
    private readonly keys: PushKeys,
    private readonly limits: PushLimits,
    private readonly bodies: RequestBodies,
    private readonly statusUrls: StatusUrls,
  ) {}

  @Post(':publisher')
  @StreamedBody()
  async item(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const signers = this.signersOf(request);
    const body = await this.bodies.read(request, reply);
    const digests = signers.map(({ secret }) => superdeskDigest(secret).update(body).digest('hex'));
    const { publisher } = signerOf(request, signers, digests);
    reply.headers(await this.limits.count(publisher));
    const push = readItem(body);
    const [answer] = await this.door.take(publisher, [{ pushAt: () => push }], this.statusUrls.of(request));
    if (answer instanceof Problem) throw answer;
    await reply.status(201).header('content-type', 'application/json; charset=utf-8').send(answer!.body);
  }

  /** "Do you have this asset?" It is there by its reference, so it need not be sent. */
  @Get(':publisher/assets/*')
  asset(): { status: 'by reference' } {
    return { status: 'by reference' };
  }

  /** An asset that is sent all the same: its signature is checked, and its octets are passed over as they come. */
  @Post(':publisher/assets')
  @StreamedBody()
  async upload(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const signers = this.signersOf(request);
    const hashes = signers.map(({ secret }) => superdeskDigest(secret));
    let size = 0;
    for await (const chunk of this.bodies.stream(request)) {
      size += chunk.length;
      if (size > MAX_ASSET_BYTES) throw new Problem(413, `the asset has over ${MAX_ASSET_BYTES} bytes`);
      for (const hash of hashes) hash.update(chunk);
    }
    const digests = hashes.map((hash) => hash.digest('hex'));
    reply.headers(await this.limits.count(signerOf(request, signers, digests).publisher));
    await reply.status(201).send({ status: 'by reference' });
  }

  /** @throws Problem 401 for a publisher that has not opted in, before anything of the body is read */
  private signersOf(request: FastifyRequest): SigningCaller[] {
    const signers = this.keys.superdesk((request.params as { publisher: string }).publisher);
    if (signers.length === 0 || presentedDigest(request) === undefined) throw refused();
    return signers;
  }
}

/** Pictures and packages are taken as well: what becomes of them is told under their receipts. */
function readItem(body: Buffer): Push {
  const text = utf8Text(body);
  const item = parseJsonText(text);
  if (typeof item !== 'object' || item === null) throw new Problem(422, 'an item is a JSON object');
  const { type, guid, uri } = item as Record<string, unknown>;
  if (type === undefined || type === 'text') return readPush({ body, contentType: NINJS, query: {} });
  const id = guid ?? uri;
  if (typeof id !== 'string')
    throw new Problem(422, 'the item names no guid', [{ pointer: '/guid', detail: 'is missing' }]);
  return { kind: 'document', mediaType: NINJS, content: text, guid: readOwnGuid(id, '/guid') };
}

/** @throws Problem 401 */
function signerOf(
  request: FastifyRequest,
  signers: readonly SigningCaller[],
  digests: readonly string[],
): SigningCaller {
  const presented = presentedDigest(request) ?? '';
  const signer = signers.find((_, index) => sameDigest(digests[index]!, presented));
  if (signer === undefined) throw refused();
  return signer;
}

function presentedDigest(request: FastifyRequest): string | undefined {
  return /^sha1=([0-9a-f]{40})$/i.exec(String(request.headers['x-superdesk-signature'] ?? ''))?.[1];
}

function refused(): Problem {
  return new Problem(401, 'x-superdesk-signature does not hold for this publisher', [], {
    'www-authenticate': 'Superdesk-Signature',
  });
}
