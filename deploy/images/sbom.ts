/**
 * `npm sbom … | node sbom.ts <app> <version> <seconds since 1970>`: the bill of materials of an image (CycloneDX) on standard
 * output. npm writes it of what is installed; here it gets the image's name and version, becomes valid (npm takes over addresses such
 * as `git@host:path`, which are no URIs), and the same for the same packages (npm puts in the time and a random number).
 */
import { createHash } from 'node:crypto';
import { text } from 'node:stream/consumers';

interface Component {
  'bom-ref': string;
  type: string;
  name: string;
  version: string;
  externalReferences?: { url: string }[];
}
interface Bom {
  serialNumber: string;
  metadata: { timestamp: string; component: Component };
  components: Component[];
}

const [app, version, epoch] = process.argv.slice(2);
const seconds = Number(epoch);
if (!app || !version || !Number.isSafeInteger(seconds))
  throw new Error('usage: sbom.ts <app> <version> <seconds since 1970>');

const bom = JSON.parse(await text(process.stdin)) as Bom;
for (const component of bom.components) {
  const { externalReferences: links } = component;
  if (links !== undefined) component.externalReferences = links.filter(({ url }) => URL.canParse(url));
  // npm tells packages of a workspace by their folder's name, without their scope.
  if (component['bom-ref'].startsWith('@newsmill/')) component.name = `@newsmill/${component.name}`;
}
Object.assign(bom.metadata.component, { type: 'application', name: `newsmill ${app}`, version });
bom.metadata.timestamp = new Date(seconds * 1_000).toISOString();
bom.serialNumber = '';
bom.serialNumber = `urn:uuid:${uuidOf(JSON.stringify(bom))}`;
process.stdout.write(`${JSON.stringify(bom, null, 2)}\n`);

/** A UUID of version 8 (RFC 9562, section 5.8): the content's hash. */
function uuidOf(content: string): string {
  const hex = createHash('sha256').update(content).digest('hex');
  const variant = ((parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    variant + hex.slice(17, 20),
    hex.slice(20, 32),
  ].join('-');
}
