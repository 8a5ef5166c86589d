/** The query parameters that one advertising, newsletter or analytics system adds to links. */
export interface TrackingParameterGroup {
  /** Whose parameters these are. */
  owner: string;
  /** Exact parameter names, lower case. */
  names: readonly string[];
  /** Beginnings of parameter names, lower case; `utm_` covers `utm_source`, `utm_term` … */
  prefixes?: readonly string[];
  /** Where they mean this, with subdomains; elsewhere the same names may choose content. Absent: everywhere. */
  hosts?: readonly string[];
}

/**
 * The published list of parameters that say how a reader came to a page and never which page it is.
 * `normalizeUrl` removes them. A name stands here only if its owner documents it, or if publishers put it
 * on share links, and if removing it leaves the same page: `ref`, `source`, `id` and `cid` choose content on
 * too many sites and are therefore absent. Names are compared without regard to case. `docs/pages.md` says how the list
 * compares with those of Brave, Firefox and ClearURLs.
 */
export const trackingParameters: readonly TrackingParameterGroup[] = [
  { owner: 'Urchin / Google Analytics', names: ['_ga', '_gl'], prefixes: ['utm_'] },
  {
    owner: 'Google Ads, Campaign Manager and Merchant Center',
    names: ['gclid', 'gclsrc', 'dclid', 'gbraid', 'wbraid', 'gad_source', 'gad_campaignid', 'srsltid'],
  },
  {
    owner: 'Meta (Facebook, Instagram)',
    names: [
      'fbclid',
      'fb_action_ids',
      'fb_action_types',
      'fb_comment_id',
      'fb_ref',
      'fb_source',
      'action_object_map',
      'action_type_map',
      'action_ref_map',
      'igsh',
      'igshid',
      '__tn__',
    ],
  },
  { owner: 'X (Twitter)', names: ['twclid', 'ref_src', 'ref_url', '__twitter_impression'] },
  { owner: 'Microsoft Advertising and MSN', names: ['msclkid', 'ocid'] },
  { owner: 'Yandex', names: ['yclid', 'ysclid', 'ymclid', '_openstat'] },
  { owner: 'TikTok', names: ['ttclid'] },
  { owner: 'LinkedIn', names: ['li_fat_id'] },
  { owner: 'Snapchat', names: ['sccid'] },
  { owner: 'Reddit', names: ['rdt_cid'] },
  { owner: 'Pinterest', names: ['epik'] },
  { owner: 'Taboola and Outbrain', names: ['tblci', 'dicbo', 'oborigurl'] },
  { owner: 'Mailchimp', names: ['mc_cid', 'mc_eid', 'mc_tc'] },
  {
    owner: 'HubSpot',
    names: ['_hsenc', '_hsmi', '__hssc', '__hstc', '__hsfp', 'hsctatracking'],
    prefixes: ['hsa_'],
  },
  { owner: 'Adobe (Marketo, Advertising Cloud, Analytics)', names: ['mkt_tok', 'ef_id', 's_kwcid', 's_cid', 'sc_cid'] },
  { owner: 'Matomo / Piwik', names: [], prefixes: ['mtm_', 'pk_', 'piwik_', 'matomo_'] },
  { owner: 'Piano Analytics / AT Internet', names: ['xtor'], prefixes: ['at_'] },
  { owner: 'Mapp / Webtrekk', names: ['wt_mc', 'wt_zmc', 'wtrid'] },
  {
    owner: 'Comscore',
    names: ['ns_mchannel', 'ns_source', 'ns_campaign', 'ns_linkname', 'ns_fee'],
  },
  { owner: 'Klaviyo', names: ['_kx'] },
  { owner: 'Drip', names: ['__s'] },
  { owner: 'Vero', names: ['vero_id', 'vero_conv'] },
  { owner: 'Omeda', names: ['oly_enc_id', 'oly_anon_id'] },
  { owner: 'MailerLite', names: ['ml_subscriber', 'ml_subscriber_hash'] },
  { owner: 'Kit (ConvertKit)', names: ['ck_subscriber_id'] },
  { owner: 'Blueshift', names: [], prefixes: ['bsft_'] },
  { owner: 'Branch', names: ['_branch_match_id', '_branch_referrer'] },
  { owner: 'Wicked Reports', names: ['wickedid'] },
  { owner: 'Rebrandly', names: ['rb_clickid'] },
  { owner: 'Yahoo', names: ['guccounter', 'guce_referrer', 'guce_referrer_sig', 'soc_src', 'soc_trk'] },
  { owner: 'beehiiv', names: ['_bhlid'] },
  { owner: 'Salesforce Marketing Cloud', names: ['et_rid'] },
  { owner: 'Impact', names: ['irclickid', 'irgwc'] },
  { owner: 'Squarespace', names: ['ss_email_id', 'ss_source', 'ss_campaign_id', 'ss_campaign_name'] },
  { owner: 'ActiveCampaign', names: ['vgo_ee'] },
  { owner: 'Alibaba (Super Position Model), also on Chinese news sites', names: ['spm'] },
  { owner: 'Internal campaigns in the manner of utm_', names: ['itm_source', 'itm_medium', 'itm_campaign'] },
  { owner: 'YouTube share links', names: ['si', 'feature'], hosts: ['youtube.com', 'youtu.be'] },
  { owner: 'Handelsblatt share links', names: ['share'], hosts: ['handelsblatt.com'] },
  {
    owner: 'Publisher share links (NYT, Guardian, Mail, CNN, Bloomberg, Reuters)',
    names: ['smid', 'cmp', 'cmpid', 'ito', 'leadsource', 'sref', 'taid'],
  },
];

const everywhere = trackingParameters.filter(({ hosts }) => hosts === undefined);
const names = new Set(everywhere.flatMap((group) => group.names));
const prefixes = everywhere.flatMap((group) => group.prefixes ?? []);
const onHosts = trackingParameters.flatMap(({ hosts = [], names: own }) => hosts.map((host) => ({ host, names: own })));

/**
 * Whether a query parameter of this name is in {@link trackingParameters}.
 * @param hostname of the address that carries it; absent: only what holds everywhere counts
 */
export function isTrackingParameter(name: string, hostname = ''): boolean {
  const folded = name.toLowerCase();
  return (
    names.has(folded) ||
    prefixes.some((prefix) => folded.startsWith(prefix)) ||
    onHosts.some((group) => isWithin(hostname, group.host) && group.names.includes(folded))
  );
}

function isWithin(hostname: string, host: string): boolean {
  return hostname === host || hostname.endsWith(`.${host}`);
}
