/**
 * Preloaded into every service: closes it in order when the process that started it is gone, be it by kill -9. The IPC
 * channel between the two breaks then, and does not keep the service alive otherwise.
 */
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
process.channel?.unref();
