/** One alert: what is asked, what is said, and the series with which promtool sees it fire and clear. */
export interface Alert {
  /** Also the name of its page in docs/runbooks/. */
  name: string;
  /** `critical`: articles are late or in danger now; `warning`: somebody should look today. */
  severity: 'critical' | 'warning';
  for: string;
  expr: string;
  summary: string;
  description: string;
  proof: AlertProof;
  /** Further ways in which it fires, and what it must not fire at. */
  also?: readonly (AlertProof | QuietProof)[];
}

interface ProofSeries {
  /** What is shown, where an alert has several. */
  of?: string;
  /** Between two samples, and two evaluations. Default: 1m. */
  interval?: '5m' | '30m';
  /** In promtool's notation: `1x3` is 1 1 1 1, `0+2x2` is 0 2 4, `_` no sample. */
  series: Readonly<Record<string, string>>;
}

/** Series at which the alert keeps quiet all the time. */
export interface QuietProof extends ProofSeries {
  /** Up to when. */
  quiet: string;
}

export interface AlertProof extends ProofSeries {
  /** When it fires, and a later time at which it does not. */
  fires: string;
  clears: string;
  /** A time in between, until which it fires without a gap. */
  goesOn?: string;
  /** Of the alert, beside name and severity. Default: the namespace. */
  labels?: Readonly<Record<string, string>>;
}

/** What is computed once, for several to ask. */
export interface RecordingRule {
  record: string;
  expr: string;
  /** Of what is computed, beside those that the expression leaves. */
  labels?: Readonly<Record<string, string>>;
}

export interface RuleGroup {
  name: string;
  rules: readonly (Alert | RecordingRule)[];
}

export function isAlert(rule: Alert | RecordingRule): rule is Alert {
  return 'severity' in rule;
}
