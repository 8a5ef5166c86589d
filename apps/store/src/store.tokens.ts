/** The {@link StoreSettings} of the process. */
export const STORE_SETTINGS = Symbol('STORE_SETTINGS');
