/**
 * V8's limits for a service's process. A heap that may become large is let grow to four times what lives in it before it
 * is collected; under 1 GB V8 is content with less than twice. A page of 10 MB as a tree needs the most, about half of it.
 */
export const serviceNodeFlags: readonly string[] = ['--max-old-space-size=640', '--max-semi-space-size=4'];
