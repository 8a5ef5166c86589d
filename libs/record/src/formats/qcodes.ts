import type { XmlElement } from '@rgrove/parse-xml';
import { attribute, childElements } from '../items/xml.js';

const IPTC = 'http://cv.iptc.org/newscodes/';

/** The aliases of the IPTC's catalog (https://iptc.org/std/catalog/) that say something in a record. */
const KNOWN: Readonly<Record<string, string>> = {
  medtop: `${IPTC}mediatopic/`,
  subj: `${IPTC}subjectcode/`,
  genre: `${IPTC}genre/`,
  stat: `${IPTC}pubstatusg2/`,
  ninat: `${IPTC}ninature/`,
  cpnat: `${IPTC}cpnature/`,
  sig: `${IPTC}signal/`,
  nprov: `${IPTC}newsprovider/`,
  iso3166: `${IPTC}iso3166/`,
  'iso3166-1a2': 'http://cvx.iptc.org/iso3166-1a2/',
  'iso3166-1a3': 'http://cvx.iptc.org/iso3166-1a3/',
};

/**
 * Resolves QCodes, `alias:code`, to URIs (NewsML-G2 specification, "QCodes"): by the catalogs in the document, else by
 * the IPTC's own aliases. Catalogs that a document only points at are not fetched.
 */
export class QCodes {
  private readonly schemes: ReadonlyMap<string, string>;

  constructor(item: XmlElement) {
    const schemes = new Map(Object.entries(KNOWN));
    for (const scheme of childElements(item, 'catalog').flatMap((catalog) => childElements(catalog, 'scheme'))) {
      const [alias, uri] = [attribute(scheme, 'alias'), attribute(scheme, 'uri')];
      if (alias !== undefined && uri !== undefined) schemes.set(alias, uri);
    }
    this.schemes = schemes;
  }

  /** The URI of a QCode; undefined for an alias that nobody declares. */
  resolve(qcode: string | undefined): string | undefined {
    const colon = qcode?.indexOf(':') ?? -1;
    if (qcode === undefined || colon <= 0) return undefined;
    const scheme = this.schemes.get(qcode.slice(0, colon));
    return scheme === undefined ? undefined : scheme + encodeURIComponent(qcode.slice(colon + 1).toWellFormed());
  }
}
