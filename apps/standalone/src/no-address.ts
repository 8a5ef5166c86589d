/** Stands for the address of what comes from a file or standard input without one. */
export const NO_ADDRESS = 'https://page.example/';
