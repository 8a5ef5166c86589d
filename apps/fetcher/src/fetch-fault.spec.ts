import { OutboundError, type OutboundErrorKind } from '@newsmill/outbound';
import { describe, expect, it } from '@jest/globals';
import { InvalidUrl, normalizeUrl } from '@newsmill/web';
import { faultOutcome, statusOutcome } from './fetch-fault.js';

const url = 'https://news.example/a';

describe('a request without answer', () => {
  it.each([
    ['blocked-address', 'blocked-by-policy', undefined],
    ['bad-url', 'blocked-by-policy', undefined],
    ['port', 'blocked-by-policy', undefined],
    ['too-large', 'too-large', undefined],
    ['too-many-redirects', 'redirects', undefined],
    ['redirect-loop', 'redirects', undefined],
    ['tls', 'tls', undefined],
    ['protocol', 'protocol', undefined],
    ['timeout', 'timeout', 'timeout'],
    ['dns', 'dns', 'remote'],
    ['connect', 'connect', 'remote'],
  ] as const)('%s is of class %s; tried again as %s', (kind: OutboundErrorKind, reasonClass, errorClass) => {
    const outcome = faultOutcome(new OutboundError(kind, url, 'it was so'));
    expect(outcome).toMatchObject(
      errorClass === undefined
        ? { kind: 'reject', reasonClass, reason: `it was so (${kind}, ${url})` }
        : { kind: 'fail', fault: { errorClass, reasonClass, retry: true } },
    );
  });

  it('a name that does not exist is not asked for again', () => {
    const gone = new OutboundError('dns', url, 'The host name has no address', { transient: false });
    expect(faultOutcome(gone)).toMatchObject({ kind: 'reject', reasonClass: 'dns' });
  });

  it('an address that is none is a fact about the link', () => {
    let thrown: unknown;
    try {
      normalizeUrl('ftp://news.example/');
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(InvalidUrl);
    expect(faultOutcome(thrown)).toMatchObject({ kind: 'reject', reasonClass: 'blocked-by-policy' });
  });

  it('anything else is a fault of ours, of no class', () => {
    const outcome = faultOutcome(new TypeError('a defect'));
    expect(outcome).toMatchObject({ kind: 'fail', fault: { errorClass: 'handler', reasonClass: undefined } });
  });
});

describe('a status', () => {
  it.each([200, 203, 299])('%i may be a page', (status) => {
    expect(statusOutcome({ status, url })).toBeUndefined();
  });

  it.each([300, 302, 304, 400, 401, 403, 404, 410, 451])('%i is final', (status) => {
    expect(statusOutcome({ status, url })).toEqual({
      kind: 'reject',
      reason: `HTTP status ${status} (${url})`,
      reasonClass: 'http-permanent',
    });
  });

  it.each([408, 425, 429, 500, 502, 503, 504, 599])('%i is tried again', (status) => {
    expect(statusOutcome({ status, url })).toMatchObject({
      kind: 'fail',
      fault: { errorClass: 'remote', reasonClass: 'http-exhausted', message: `HTTP status ${status} (${url})` },
    });
  });
});
