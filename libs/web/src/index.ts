export { InvalidUrl, hostOf, normalizeUrl, tryNormalizeUrl, type InvalidUrlProblem } from './normalize-url.js';
export { isTrackingParameter, trackingParameters, type TrackingParameterGroup } from './tracking-parameters.js';
export {
  ARTICLE_NAMESPACE,
  InvalidKey,
  PAGE_NAMESPACE,
  articleIdOf,
  pageIdOf,
  type ArticleKey,
  type PageKey,
} from './ids.js';
export { imageKey } from './image-key.js';
export { parseRobotsTxt, ROBOTS_MAX_BYTES, type RobotsRule, type RobotsTxt } from './robots/robots-txt.js';
export {
  joinDirectives,
  readRobotsMeta,
  readRobotsTag,
  type RobotsDirective,
  robotsDirectives,
  type RobotsDirectives,
} from './robots/robots-directives.js';
export { decodePage, type CharsetSource, type DecodedPage } from './decode-page.js';
export { mediaTypeOf } from './content-type.js';
export { sniffMediaType } from './sniff-media-type.js';
export { readPageLinks, type LinkHeaders, type PageLinks } from './page-links.js';
export {
  canonicalObjection,
  judgeCanonical,
  variantByAddress,
  variantOf,
  type CanonicalDoubt,
  type CanonicalVerdict,
  type Variant,
  type VariantKind,
} from './canonical-page.js';
