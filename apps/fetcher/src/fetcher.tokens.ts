/** The {@link FetcherSettings} of the process. */
export const FETCHER_SETTINGS = Symbol('FETCHER_SETTINGS');
