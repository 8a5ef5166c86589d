/**
 * V8's limits for a service's process. A heap that may become large is let grow to four times what lives in it before it
 * is collected; under 1 GB V8 is content with less than twice. A page of 10 MB as a tree needs the most, about half of it.
 */
export const serviceNodeFlags: readonly string[] = ['--max-old-space-size=640', '--max-semi-space-size=4'];

/**
 * Two arenas: glibc gives every thread of the pool that (de)compresses one of its own, and what they have freed stays
 * with the process, up to 30 MB of it here.
 */
export const serviceMemoryEnvironment: Readonly<Record<string, string>> = { MALLOC_ARENA_MAX: '2' };
