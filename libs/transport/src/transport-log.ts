/** Where a transport tells what goes on, for its operators. */
export type TransportLog = (level: 'debug' | 'info' | 'warn' | 'error', message: string) => void;
