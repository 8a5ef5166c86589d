/** The {@link FetcherSettings} of the process. */
export const FETCHER_SETTINGS = Symbol('FETCHER_SETTINGS');

/** Tells the time: `() => Date`. */
export const CLOCK = Symbol('CLOCK');
