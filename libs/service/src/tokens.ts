/** The {@link Transport} of the process. */
export const TRANSPORT = Symbol('TRANSPORT');

/** The {@link ServiceSettings} of the process. */
export const SERVICE_SETTINGS = Symbol('SERVICE_SETTINGS');
