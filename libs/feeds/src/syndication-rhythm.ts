const PERIOD_MINUTES: Readonly<Record<string, number>> = {
  hourly: 60,
  daily: 24 * 60,
  weekly: 7 * 24 * 60,
  monthly: 30 * 24 * 60,
  yearly: 365 * 24 * 60,
};

/** Minutes between updates by the RSS 1.0 syndication module: `updateFrequency` times an `updatePeriod`. */
export function syndicationMinutes(
  rhythm: { updatePeriod?: string; updateFrequency?: number } | undefined,
): number | undefined {
  const period = PERIOD_MINUTES[rhythm?.updatePeriod?.trim().toLowerCase() ?? ''];
  if (period === undefined) return undefined;
  const frequency = rhythm?.updateFrequency ?? 1;
  return frequency > 0 ? Math.max(1, Math.round(period / frequency)) : undefined;
}
